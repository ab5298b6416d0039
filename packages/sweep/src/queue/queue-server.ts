import { setTimeout as sleep } from "node:timers/promises";
import { sayOnce } from "@autocircuit/base";
import { DelayedError, UnrecoverableError, Worker } from "bullmq";
import { isUnitHash, type SweepUnit } from "../plan/unit.ts";
import type { SweepResults } from "../results/store.ts";
import { failure } from "../results/unit-error.ts";
import { CrashedError, UnitProcess } from "../run/unit-process.ts";
import { usualThreads } from "../run/usual-threads.ts";
import { failedReason, type SweepJob, type SweepQueue, type UnitReturn } from "./sweep-queue.ts";
import type { WorkQueueOptions } from "./work-queue-options.ts";

/** How often it is looked whether another edition of the plan is being served, in milliseconds. */
const EDITION_EVERY = 5000;
/** How often a queue is looked at that may be empty, and how long a unit waits that another process has in hand, in milliseconds. */
const EMPTY_EVERY = 500;
const BUSY_FOR = 2000;

/** Does the units of a queue in processes of this machine. */
export class QueueServer {
  readonly #queue: SweepQueue;
  readonly #units: PlannedUnits;
  readonly #results: SweepResults;
  readonly #options: WorkQueueOptions;
  readonly #idle: UnitProcess[];
  #failure: unknown;

  constructor(queue: SweepQueue, units: PlannedUnits, results: SweepResults, options: WorkQueueOptions) {
    const { workers = 1, threads = usualThreads(workers) } = options;
    this.#queue = queue;
    this.#units = units;
    this.#results = results;
    this.#options = options;
    this.#idle = Array.from({ length: workers }, () => new UnitProcess(results.folder, threads, "queue"));
  }

  async serve(): Promise<void> {
    const { signal, untilEmpty = false, stalledAfter = 30_000 } = this.#options;
    const processes = [...this.#idle];
    const connection = this.#queue.redis.duplicate();
    connection.on("error", () => undefined);
    const worker = new Worker<{ unit: string; collect: boolean }, UnitReturn>(
      this.#queue.name,
      (job, token) => this.#do(job, token),
      {
        connection,
        concurrency: processes.length,
        lockDuration: stalledAfter,
        stalledInterval: stalledAfter,
        // A machine that goes away is no fault of the unit; a unit that ends its process is counted as a failure.
        maxStalledCount: 20,
      },
    );
    worker.on("error", () => undefined);
    let edition = Number.NEGATIVE_INFINITY;
    try {
      while (!signal?.aborted && this.#failure === undefined) {
        await sleep(EMPTY_EVERY, undefined, signal && { signal }).catch(() => undefined);
        if (this.#idle.length === processes.length && performance.now() - edition > EDITION_EVERY) {
          edition = performance.now();
          this.#queue.otherEdition().then(
            (other) => other !== undefined && sayOtherEdition(this.#queue.name, other),
            () => undefined,
          );
        }
        if (untilEmpty && this.#idle.length === processes.length && (await this.#isEmpty())) break;
      }
    } finally {
      for (const process of processes) process[Symbol.dispose]();
      // Units in hand go back by themselves once they are silent.
      await Promise.race([worker.close(true).catch(() => undefined), sleep(2000, undefined, { ref: false })]);
      connection.disconnect();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #isEmpty(): Promise<boolean> {
    const counts = await this.#queue.queue.getJobCounts("waiting", "active", "delayed", "prioritized");
    return Object.values(counts).every((count) => count === 0);
  }

  async #do(job: SweepJob, token: string | undefined): Promise<UnitReturn> {
    const unit = await this.#units.find(job.data?.unit);
    if (unit === undefined) {
      const why =
        "The plan at the worker has no such unit: is it the same plan, with the same models and prompts? Plans that differ need queues of their own.";
      throw new UnrecoverableError(failedReason("unknown-name", why));
    }
    const process = this.#idle.pop()!;
    try {
      const outcome = await process.do(unit);
      if (outcome === "busy") {
        await job.moveToDelayed(Date.now() + BUSY_FOR, token);
        throw new DelayedError();
      }
      this.#options.onStep?.({ unit, outcome });
      if (outcome === "failed") {
        const { kind, message } = (await this.#results.error(unit.hash)) ?? failure("error", "without a reason");
        throw new UnrecoverableError(failedReason(kind, message));
      }
      return job.data.collect === true ? await this.#back(unit.hash) : null;
    } catch (error) {
      if (error instanceof DelayedError || error instanceof UnrecoverableError) throw error;
      if (error instanceof CrashedError) {
        // Begun again, here or elsewhere, until it was tried often enough.
        const last = job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
        if (last) await this.#results.fail(unit.hash, failure("crashed", error.message)).catch(() => undefined);
        throw new Error(failedReason("crashed", error.message));
      }
      // Nothing can be kept here: the unit is for others, and this worker ends.
      this.#failure ??= error;
      await job.moveToDelayed(Date.now() + BUSY_FOR, token);
      throw new DelayedError();
    } finally {
      this.#idle.push(process);
    }
  }

  async #back(hash: string): Promise<UnitReturn> {
    const [text, times] = [await this.#results.resultText(hash), await this.#results.times(hash)];
    return text !== undefined && times !== undefined ? { text, times } : null;
  }
}

function sayOtherEdition(own: string, other: string): void {
  sayOnce(
    `this worker serves the queue ${own}, but a plan of that name is being put into ${other}: it was edited since, or is another one, or its ` +
      "models or prompts differ from those here. Start the worker again with the same plan and files.",
  );
}

/** The units of a plan by hash; read again for one that is not there, at most every few seconds. */
export class PlannedUnits {
  readonly #read: () => Promise<readonly SweepUnit[]>;
  #units: ReadonlyMap<string, SweepUnit>;
  #at = performance.now();

  private constructor(read: () => Promise<readonly SweepUnit[]>, units: ReadonlyMap<string, SweepUnit>) {
    this.#read = read;
    this.#units = units;
  }

  static async read(read: () => Promise<readonly SweepUnit[]>): Promise<PlannedUnits> {
    return new PlannedUnits(read, byHash(await read()));
  }

  async find(hash: unknown): Promise<SweepUnit | undefined> {
    if (!isUnitHash(hash)) return undefined;
    const known = this.#units.get(hash);
    if (known !== undefined || performance.now() - this.#at < 2000) return known;
    this.#at = performance.now();
    // A plan that is just being edited may be none for a moment.
    this.#units = byHash(await this.#read().catch(() => [...this.#units.values()]));
    return this.#units.get(hash);
  }
}

function byHash(units: readonly SweepUnit[]): Map<string, SweepUnit> {
  return new Map(units.map((unit) => [unit.hash, unit]));
}
