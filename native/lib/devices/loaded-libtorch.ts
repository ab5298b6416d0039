import { dirname } from "node:path";
import { AutocircuitError } from "@autocircuit/base";
import { inspectLibTorch, type LibTorch, libraryName } from "../toolchain/libtorch.ts";

/**
 * The LibTorch that came with the addon into this process, whichever it was built against. The addon must be loaded.
 *
 * @throws AutocircuitError "device" when the system does not say which
 */
export function loadedLibTorch(): LibTorch {
  const file = sharedObjects().find((path) => path.endsWith(libraryName("torch_cpu")));
  const { libtorch, problem } = file
    ? inspectLibTorch(dirname(dirname(file)), "addon")
    : { libtorch: undefined, problem: "the system lists no loaded libtorch_cpu" };
  if (libtorch) return libtorch;
  throw new AutocircuitError("device", `The LibTorch in use cannot be told: ${problem}. GPUs cannot be used then.`);
}

/** The libraries that this process has loaded. Without a look at its connections, whose names would be asked for over the network. */
function sharedObjects(): readonly string[] {
  const report = process.report as typeof process.report & { excludeNetwork?: boolean };
  const { excludeNetwork } = report;
  report.excludeNetwork = true;
  try {
    return (report.getReport() as unknown as { sharedObjects: readonly string[] }).sharedObjects;
  } finally {
    report.excludeNetwork = excludeNetwork ?? false;
  }
}
