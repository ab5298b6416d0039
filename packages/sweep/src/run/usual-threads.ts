import { availableParallelism } from "node:os";

/** Threads of each of some workers: `OMP_NUM_THREADS`, else the cores divided among them. */
export function usualThreads(workers: number): number {
  const asked = Number(process.env.OMP_NUM_THREADS);
  return Number.isSafeInteger(asked) && asked > 0 ? asked : Math.max(1, Math.floor(availableParallelism() / workers));
}
