import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { AutocircuitError } from "@autocircuit/base";
import type { Python } from "./python.ts";
import { run } from "./run.ts";
import { keptParts, unpack } from "./unpack.ts";

const OFFICIAL = "https://download.pytorch.org/whl";

/** What {@link installWheel} needs. */
export interface WheelRequest {
  readonly python: Python;
  /** What to ask pip for, in order, such as {@link wheelSources} gives. */
  readonly sources: readonly (readonly string[])[];
  /** With the wheels that it depends on, among them NVIDIA's libraries: needed to run a CUDA build, not to compile for it. */
  readonly complete: boolean;
  /** Folder to install into; gets a `torch` folder (and `nvidia` beside it for CUDA). */
  readonly target: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onLine: (line: string) => void;
}

/**
 * Fetches the `torch` wheel with pip and unpacks its libraries and headers, which are the same LibTorch.
 *
 * @throws AutocircuitError with pip's own last words when no source has the wheel.
 */
export async function installWheel(request: WheelRequest): Promise<void> {
  const download = join(request.target, "wheels");
  const refusals: string[] = [];
  for (const source of request.sources) {
    const refusal = await pipDownload(request, source, download);
    if (refusal === undefined) return unpackWheels(request, download);
    refusals.push(refusal);
  }
  throw new AutocircuitError("libtorch", `pip could not fetch torch: ${refusals.join("; ")}`);
}

/**
 * What to ask pip for, in order: the exact build wherever the user's pip looks, then PyTorch's own index. A wheel without a build tag is
 * a CPU build on macOS and Windows and usually a CUDA build on Linux, where it therefore comes last and only for CUDA.
 */
export function wheelSources(
  version: string,
  variant: string,
  platform: NodeJS.Platform = process.platform,
): string[][] {
  const exact = `torch==${version}+${variant}`;
  const index = ["--index-url", `${OFFICIAL}/${variant}`, "--retries", "1", "--timeout", "10"];
  const plain = [`torch==${version}`];
  if (variant !== "cpu") return [[exact], [exact, ...index], plain];
  return [...(platform === "linux" ? [] : [plain]), [exact], [exact, ...index]];
}

async function pipDownload(
  request: WheelRequest,
  source: readonly string[],
  into: string,
): Promise<string | undefined> {
  const args = ["-m", "pip", "download", "--dest", into, "--only-binary", ":all:", "--progress-bar", "off"];
  if (!request.complete) args.push("--no-deps");
  request.onLine(`pip download ${source.join(" ")}`);
  const result = await run(request.python.command, [...args, "--disable-pip-version-check", "--no-input", ...source], {
    env: request.env,
    onLine: (line) => {
      if (/^\s*(Downloading|Saved|Looking in links)/.test(line)) request.onLine(line.trim());
    },
  });
  if (result.code === 0) return undefined;
  const errors = result.stderr.split("\n").filter((line) => line.startsWith("ERROR:"));
  return `${source[0]}: ${(errors.at(-1) ?? result.stderr.split("\n").at(-1) ?? "").replace("ERROR: ", "")}`;
}

async function unpackWheels(request: WheelRequest, folder: string): Promise<void> {
  const wheels = (await readdir(folder)).filter((name) => name.endsWith(".whl"));
  for (const name of wheels) {
    const isTorch = /^torch-\d/.test(name);
    if (!isTorch && !name.startsWith("nvidia_")) continue;
    request.onLine(`unpacking ${name}`);
    // Wheels for Linux on ARM keep libraries of others in "torch.libs".
    await unpack(
      request.python,
      join(folder, name),
      request.target,
      isTorch ? [...keptParts("torch"), "torch.libs/"] : ["nvidia/"],
    );
  }
}
