import { peakMemory, resetPeakMemory } from "./peak-memory.ts";

/** What a run cost. */
export interface Cost {
  /** On the wall. */
  seconds: number;
  /** Processor time of all threads of this process. */
  cpuSeconds: number;
  /** Most memory resident while it ran, weights included; where the system cannot start that anew, since the process began. */
  peakBytes: number;
}

/** Runs something once and says what it cost. */
export async function measured<T>(run: () => Promise<T>): Promise<{ result: T; cost: Cost }> {
  resetPeakMemory();
  const before = process.cpuUsage();
  const start = performance.now();
  const result = await run();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { result, cost: { seconds, cpuSeconds: (user + system) / 1e6, peakBytes: peakMemory() } };
}
