import { dirname } from "node:path";
import { AutocircuitError } from "../errors.ts";
import { inspectLibTorch, type LibTorch, libraryName } from "../toolchain/libtorch.ts";

/**
 * The LibTorch that came with the addon into this process, whichever it was built against. The addon must be loaded.
 *
 * @throws AutocircuitError "device" when the system does not say which
 */
export function loadedLibTorch(): LibTorch {
  const { sharedObjects } = process.report.getReport() as unknown as { sharedObjects: readonly string[] };
  const file = sharedObjects.find((path) => path.endsWith(libraryName("torch_cpu")));
  const { libtorch, problem } = file
    ? inspectLibTorch(dirname(dirname(file)), "addon")
    : { libtorch: undefined, problem: "the system lists no loaded libtorch_cpu" };
  if (libtorch) return libtorch;
  throw new AutocircuitError("device", `The LibTorch in use cannot be told: ${problem}. GPUs cannot be used then.`);
}
