import { compareVersions } from "./version.ts";

/** What kind of machine this is. */
export interface MachineKind {
  /** Version of Node. */
  readonly node: string;
  readonly platform: string;
  readonly arch: string;
  /** Version of glibc; undefined where the C library is another one. */
  readonly glibc: string | undefined;
}

/** The oldest Node that AutoCircuit runs in. */
export const OLDEST_NODE = "20.17.0";

/** What kind of machine this is. Takes some milliseconds on Linux. */
export function thisMachine(): MachineKind {
  const { platform, arch, versions } = process;
  return { node: versions.node, platform, arch, glibc: platform === "linux" ? glibcVersion() : undefined };
}

/** Node's report names the version of glibc where Node runs on it. Without a look at connections, whose names would be asked for. */
function glibcVersion(): string | undefined {
  const report = process.report as typeof process.report & { excludeNetwork?: boolean };
  const { excludeNetwork } = report;
  report.excludeNetwork = true;
  try {
    return (report.getReport() as unknown as { header: { glibcVersionRuntime?: string } }).header.glibcVersionRuntime;
  } finally {
    report.excludeNetwork = excludeNetwork ?? false;
  }
}

/** Why AutoCircuit cannot run on a machine, whatever is installed there, and what to do; undefined when it can. */
export function machineProblem({ node, platform, arch, glibc }: MachineKind): string | undefined {
  if (compareVersions(node, OLDEST_NODE) < 0)
    return `AutoCircuit needs Node ${OLDEST_NODE} or newer, this is ${node}: install a newer one from https://nodejs.org (or: nvm install 22).`;
  if (arch !== "x64" && arch !== "arm64")
    return `AutoCircuit needs 64 bits, and this Node is made for ${arch}, for which there is no LibTorch: install Node for x64 or arm64.`;
  if (platform === "linux" && glibc === undefined) {
    return (
      "This Linux has another C library than glibc (Alpine has musl), for which there is no LibTorch: " +
      "use a system with glibc, such as Debian, Ubuntu or the image node:22-slim."
    );
  }
  return undefined;
}
