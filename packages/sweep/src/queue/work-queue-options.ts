import type { SweepStep } from "../run/run-locally.ts";
import type { QueueAddress } from "./run-queue.ts";

/** Options of `workQueue`. */
export interface WorkQueueOptions {
  readonly queue: QueueAddress;
  /** Processes at once. Default 1. */
  readonly workers?: number | undefined;
  /** Threads of each. Default `OMP_NUM_THREADS`, else the cores divided among the workers. */
  readonly threads?: number | undefined;
  /** Whether it ends once the queue is empty. Default false: it serves until it is stopped. */
  readonly untilEmpty?: boolean | undefined;
  /** After how many milliseconds without a sign of life the unit of a worker goes to another. Default 30,000. */
  readonly stalledAfter?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each unit. */
  readonly onStep?: ((step: SweepStep) => void) | undefined;
}
