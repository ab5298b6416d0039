import { existsSync, readFileSync, writeFileSync } from "node:fs";

/**
 * The most memory this process has had resident, in bytes: `VmHWM` on Linux, `maxRSS` elsewhere.
 *
 * It covers everything: weights, LibTorch, Node itself.
 */
export function peakMemory(): number {
  const status = "/proc/self/status";
  const line = existsSync(status) ? /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(status, "utf8")) : null;
  return (line ? Number(line[1]) : process.resourceUsage().maxRSS) * 1024;
}

/**
 * Starts {@link peakMemory} anew at what is resident now, so that making a model does not count.
 *
 * @returns whether the system can do that; Linux can
 */
export function resetPeakMemory(): boolean {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
    return true;
  } catch {
    return false;
  }
}
