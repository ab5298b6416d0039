import { version } from "@autocircuit/core";
import { versions } from "@autocircuit/native";

/** Versions of everything that took part in a run. */
export function runVersions(): Record<string, string> {
  const { addon, libtorch } = versions();
  return { autocircuit: version, addon, libtorch, node: process.versions.node };
}
