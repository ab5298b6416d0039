import type { ChunkResult } from "./run-chunk.ts";

/** What the process that runs cases is asked to do. */
export interface Task {
  readonly target: string;
  readonly seed: number;
  readonly cases: number;
  /** First chunk to run; those before were run by another process. */
  readonly from: number;
  /** File with two numbers of eight bytes, the calls begun and the cases among them (others look for smaller inputs), so that a process that hangs can be told from one that is busy. */
  readonly counter: string;
}

/** What it says after each chunk. */
export interface ChunkDone extends ChunkResult {
  readonly chunk: number;
  /** Processor time of the process so far. */
  readonly processorSeconds: number;
  /** Most memory the process had so far. */
  readonly peakMemoryBytes: number;
}
