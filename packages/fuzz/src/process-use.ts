import { readFileSync } from "node:fs";

/** Clock ticks a second in Linux's /proc; 100 on every architecture. */
const ticks = 100;

/** What a process has used so far; undefined where the system does not say (it is Linux's /proc). */
export function processUse(pid: number): { seconds: number; peakMemoryBytes: number } | undefined {
  try {
    // The name in brackets may hold anything; times are the 12th and 13th field after it.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
    const peak = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return {
      seconds: (Number(fields[11]) + Number(fields[12])) / ticks,
      peakMemoryBytes: Number(peak?.[1] ?? 0) * 1024,
    };
  } catch {
    return undefined;
  }
}
