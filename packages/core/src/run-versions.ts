import { version } from "@autocircuit/base";
import { versions } from "@autocircuit/native";

/**
 * Versions of everything that takes part in a run, for what keeps results: AutoCircuit's, the addon's, LibTorch's and Node's.
 *
 * @example
 * console.log(runVersions());
 */
export function runVersions(): Record<string, string> {
  const { addon, libtorch } = versions();
  return { autocircuit: version, addon, libtorch, node: process.versions.node };
}
