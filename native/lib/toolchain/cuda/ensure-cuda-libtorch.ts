import { join } from "node:path";
import { AutocircuitError } from "@autocircuit/base";
import { compileOnlyCache } from "../cache.ts";
import type { LibTorch } from "../libtorch.ts";
import { withLock } from "../lock.ts";
import { placeInCache } from "../place-in-cache.ts";
import type { Python } from "../python.ts";
import { isSupported, OLDEST_VERSION, PINNED_CUDA_VERSION, parseVersion } from "../version.ts";
import { installWheel, wheelSources } from "../wheel.ts";
import { type CudaLibTorchWanted, type FoundCudaLibTorch, findCudaLibTorch, refusal } from "./find-cuda-libtorch.ts";

/**
 * The CUDA LibTorch to compile against: the one that is found, or else one that is fetched. Of the `torch` wheel alone its libraries and
 * headers are kept, without NVIDIA's libraries: those are gigabytes that only running needs.
 *
 * @throws AutocircuitError `bad-input` for a folder or version that does not do; `libtorch` listing every place that was tried
 */
export async function ensureCudaLibTorch(
  wanted: CudaLibTorchWanted & { readonly cuda: string },
  onLine: (line: string) => void,
): Promise<LibTorch> {
  checkVersion(wanted.version);
  const found = await findCudaLibTorch(wanted);
  if (found.libtorch) return found.libtorch;
  const variant = `cu${wanted.cuda.replace(".", "")}`;
  const version = wanted.version ?? PINNED_CUDA_VERSION;
  const cache = compileOnlyCache(wanted.env);
  const onWait = (owner: string) => onLine(`waiting for ${owner}, which is fetching LibTorch`);
  return withLock(
    join(cache, `.lock-${version}-${variant}`),
    async () => {
      const again = await findCudaLibTorch(wanted);
      if (again.libtorch) return again.libtorch;
      const python = usablePython(again, version);
      const result = await placeInCache({
        ...{ cache, name: `${version}-${variant}`, foundBy: "wheel" },
        fill: (target) => installWheel({ ...request(version, variant), python, target, env: wanted.env, onLine }),
        accept: (libtorch) => refusal(libtorch, { version, cuda: wanted.cuda }),
      });
      if (typeof result !== "string") return result;
      throw notFound(again, version, result);
    },
    { onWait },
  );
}

/** The plain wheel is a CUDA build on Linux and usually nearest at hand, so it goes before PyTorch's own index. */
function request(version: string, variant: string) {
  const [exact, fromIndex, plain] = wheelSources(version, variant);
  return { sources: [exact!, plain!, fromIndex!], complete: false };
}

function checkVersion(version: string | undefined): void {
  if (version === undefined || (parseVersion(version) && isSupported(version))) return;
  throw new AutocircuitError(
    "bad-input",
    `"${version}" is no LibTorch that is supported: give a release from ${OLDEST_VERSION} on, such as ${PINNED_CUDA_VERSION}.`,
  );
}

function usablePython(found: FoundCudaLibTorch, version: string): Python {
  if (found.python?.pip) return found.python;
  throw notFound(found, version, found.python ? `${found.python.command} has no pip` : "no python3 on the PATH");
}

function notFound({ looked }: FoundCudaLibTorch, version: string, why: string): AutocircuitError {
  return new AutocircuitError(
    "libtorch",
    [
      "No CUDA LibTorch was found to build the kernels against, and none could be fetched:",
      ...looked.map((one) => `  - ${one.place}: ${one.why}`),
      `  - torch wheel: ${why}`,
      `Do one of these: pip install torch==${version}; or give the folder of an unpacked CUDA LibTorch as \`libtorch\`.`,
    ].join("\n"),
  );
}
