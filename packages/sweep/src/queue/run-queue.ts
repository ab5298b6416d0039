import { setTimeout as sleep } from "node:timers/promises";
import { AutocircuitError, type KindsOf, kind, sayOnce, signature } from "@autocircuit/base";
import { coreKinds, type LongOptions, throwIfAborted } from "@autocircuit/core";
import type { SweepUnit } from "../plan/unit.ts";
import { redisAddress } from "../redis/redis-address.ts";
import { timesForm } from "../results/forms.ts";
import { readResult } from "../results/result-file.ts";
import { scoresOf } from "../results/scores-of.ts";
import type { SweepResults } from "../results/store.ts";
import { CannotKeepError, failure } from "../results/unit-error.ts";
import type { UnitTimes } from "../results/unit-times.ts";
import type { SweepStep } from "../run/run-locally.ts";
import { priorityRanks } from "./priority-ranks.ts";
import { hashOfJob, jobId, readReason, type SweepJob, SweepQueue } from "./sweep-queue.ts";

/** Where a queue is. */
export interface QueueAddress {
  /** `redis://[:PASSWORD@]HOST[:PORT]`, or `rediss://` for TLS. */
  readonly url: string;
  /** See `queueName`. */
  readonly name: string;
  /** File of the authority that signed the server's certificate. */
  readonly authority?: string | undefined;
}

/** Options of {@link runQueue}. */
export interface RunQueueOptions extends LongOptions {
  readonly queue: QueueAddress;
  /** Whether results come back through Redis, where workers share no folder with this process. Default false. */
  readonly collect?: boolean | undefined;
  /** How often a unit is begun whose process ends. Default 3. */
  readonly attempts?: number | undefined;
  /** Called after each unit. */
  readonly onStep?: ((step: SweepStep) => void) | undefined;
}

/** What {@link QueueAddress} may be. */
export const queueAddress = kind.required(
  kind.such("{ url, name }", (value) => {
    const { url, name } = kind.record.accepts(value) ? (value as Record<string, unknown>) : {};
    return typeof url === "string" && typeof name === "string" && !name.includes(":") && name !== "";
  }),
);

const check = signature(
  "runQueue",
  { units: kind.listOf(kind.record), results: kind.having("SweepResults", "folder", "result") },
  {
    ...coreKinds.longOptions,
    queue: queueAddress,
    collect: kind.flag,
    attempts: kind.count,
    onStep: kind.callback,
  } satisfies KindsOf<RunQueueOptions>,
);

/** How often the folder and the queue are looked at, and units that are in neither put in again, in milliseconds. */
const LOOK_EVERY = 300;
const REFILL_EVERY = 5000;
/** How long it may take until a worker serves before that is said, in milliseconds. */
const ALONE_AFTER = 10_000;
/** Jobs that are put in or read at once, so that memory stays the same for any number. */
const CHUNK = 250;
/** Units whose jobs are looked for. */
const SAMPLE = 20;

/**
 * Puts all units that have no result into a queue on Redis and waits until workers have done them; see `workQueue`. It may be ended and
 * started again at any time, and there may be several: a unit has one job. What Redis loses is put in again.
 *
 * @throws AutocircuitError `not-found` where no Redis answers within 5 s, `bad-input` for a queue of another version, `aborted`;
 *   CannotKeepError
 */
export async function runQueue(
  units: readonly SweepUnit[],
  results: SweepResults,
  options: RunQueueOptions,
): Promise<void> {
  check({ units, results }, options);
  const { queue: address, signal, onStep } = options;
  throwIfAborted(signal);
  await using queue = await SweepQueue.open(redisAddress(address.url, address.authority), address.name);
  await results.tidy();
  const pending = new Map<string, SweepUnit>();
  for (const unit of units) {
    if ((await results.result(unit.hash)) === undefined) pending.set(unit.hash, unit);
    else onStep?.({ unit, outcome: "kept" });
  }
  await new QueueRun(queue, results, pending, units, options).wait();
}

class QueueRun {
  readonly #queue: SweepQueue;
  readonly #results: SweepResults;
  readonly #pending: Map<string, SweepUnit>;
  readonly #total: number;
  readonly #options: RunQueueOptions;
  readonly #ranks: ReadonlyMap<number, number>;
  #asked = false;

  constructor(
    queue: SweepQueue,
    results: SweepResults,
    pending: Map<string, SweepUnit>,
    units: readonly SweepUnit[],
    options: RunQueueOptions,
  ) {
    this.#queue = queue;
    this.#results = results;
    this.#pending = pending;
    this.#total = units.length;
    this.#ranks = priorityRanks(units);
    this.#options = options;
  }

  /** Fills the queue and waits until nothing is pending. */
  async wait(): Promise<void> {
    const { signal } = this.#options;
    await this.#answered(this.#forgetFailed());
    const started = performance.now();
    let [filled, marked] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
    while (this.#pending.size > 0) {
      if (performance.now() - marked > REFILL_EVERY) {
        await this.#answered(this.#queue.markFilled());
        marked = performance.now();
      }
      await this.#answered(this.#lookAtJobs("completed"));
      await this.#lookAtFolder();
      await this.#answered(this.#lookAtJobs("failed"));
      // What was just done is no longer pending, and not put in again.
      if (performance.now() - filled > REFILL_EVERY && (await this.#answered(this.#lacks()))) {
        await this.#answered(this.#fill());
        filled = performance.now();
      }
      if (performance.now() - started > ALONE_AFTER) await this.#answered(this.#sayIfAlone());
      if (this.#pending.size > 0) await sleep(LOOK_EVERY, undefined, signal && { signal }).catch(() => undefined);
      throwIfAborted(signal);
    }
  }

  /** Says once that nobody serves, where Redis says who does. */
  async #sayIfAlone(): Promise<void> {
    if (this.#asked) return;
    this.#asked = true;
    const { queue, name } = this.#queue;
    if ((await queue.getWorkers().catch(() => [{}])).length > 0) return;
    sayOnce(`no worker serves the queue ${name}: start sweep work with the same plan, models and prompts.`);
  }

  /** What Redis answers, or the end that was asked for: without a connection an answer may never come. */
  async #answered<T>(answer: Promise<T>): Promise<T> {
    const { signal } = this.#options;
    if (signal === undefined) return answer;
    let stop = () => {};
    const stopped = new Promise<never>((_, reject) => {
      stop = () => {
        try {
          throwIfAborted(signal);
        } catch (error) {
          reject(error);
        }
      };
      signal.addEventListener("abort", stop);
      stop();
    });
    answer.catch(() => undefined);
    try {
      return await Promise.race([answer, stopped]);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /** Failures of an earlier run: their units are tried anew. */
  async #forgetFailed(): Promise<void> {
    for await (const { job } of this.#ownJobs("failed")) await job.remove();
  }

  /**
   * The jobs of pending units in a state, which the caller removes. They are found by their names, so that what others put into the queue,
   * however large, is not even read.
   */
  async *#ownJobs(state: "completed" | "failed"): AsyncGenerator<{ unit: SweepUnit; job: SweepJob }> {
    const { queue } = this.#queue;
    for (let first = 0; ; ) {
      const ids = await queue.getRanges([state], first, first + CHUNK - 1, true);
      if (ids.length === 0) return;
      const own = ids.flatMap((id) => this.#pending.get(hashOfJob(id)) ?? []);
      const jobs = await Promise.all(own.map(({ hash }) => queue.getJob(jobId(hash))));
      first += ids.length - jobs.filter((job) => job !== undefined).length;
      for (const [place, unit] of own.entries()) if (jobs[place]) yield { unit, job: jobs[place] };
    }
  }

  /** Whether Redis has fewer units than are to be done, or lacks one of those that were put in first. */
  async #lacks(): Promise<boolean> {
    const { queue } = this.#queue;
    const counts = await queue.getJobCounts("waiting", "active", "delayed", "prioritized");
    if (Object.values(counts).reduce((sum, count) => sum + count, 0) < this.#pending.size) return true;
    const first = [...this.#pending.keys()].slice(0, SAMPLE);
    const states = await Promise.all(first.map((hash) => queue.getJobState(jobId(hash))));
    return states.includes("unknown");
  }

  async #fill(): Promise<void> {
    const { collect = false, attempts = 3 } = this.#options;
    const units = [...this.#pending.values()];
    for (let first = 0; first < units.length; first += CHUNK) {
      await this.#queue.queue.addBulk(
        units.slice(first, first + CHUNK).map(({ hash, priority }) => ({
          name: "unit",
          data: { unit: hash, collect },
          opts: {
            jobId: jobId(hash),
            attempts,
            backoff: { type: "fixed", delay: 500 },
            priority: this.#ranks.get(priority) ?? 0,
            removeOnComplete: !collect,
          },
        })),
      );
    }
  }

  /** Finished jobs: what comes back is kept before its job goes. */
  async #lookAtJobs(state: "completed" | "failed"): Promise<void> {
    if (state === "completed" && !this.#options.collect) return;
    for await (const { unit, job } of this.#ownJobs(state)) {
      if (state === "completed") await this.#collect(unit, job);
      else await this.#failed(unit, job);
      await job.remove().catch(() => undefined);
    }
  }

  async #collect(unit: SweepUnit, job: SweepJob): Promise<void> {
    const { text, times } = (job.returnvalue ?? {}) as { text?: unknown; times?: unknown };
    // Whatever wrote it, only what is a whole result of this unit is kept; else the unit is done again.
    if (typeof text !== "string" || !timesForm.accepts(times) || !(await isWhole(text, unit.hash))) return;
    await this.#keeping(this.#results.keepText(unit.hash, text, times as UnitTimes));
    this.#finish(unit, "done");
  }

  async #failed(unit: SweepUnit, job: SweepJob): Promise<void> {
    if ((await this.#results.error(unit.hash)) === undefined) {
      const { kind, message } = readReason(job.failedReason);
      await this.#keeping(this.#results.fail(unit.hash, failure(kind, message)));
    }
    this.#finish(unit, "failed");
  }

  async #lookAtFolder(): Promise<void> {
    const there = await this.#results.hashes("units");
    for (const unit of [...this.#pending.values()]) {
      if (there.has(unit.hash) && (await this.#results.result(unit.hash)) !== undefined) this.#finish(unit, "done");
    }
  }

  #finish(unit: SweepUnit, outcome: SweepStep["outcome"]): void {
    if (!this.#pending.delete(unit.hash)) return;
    this.#options.onStep?.({ unit, outcome });
    this.#options.onProgress?.({ done: this.#total - this.#pending.size, total: this.#total });
  }

  async #keeping<T>(work: Promise<T>): Promise<T> {
    return work.catch((cause: Error) => {
      throw new CannotKeepError(cause.message, { cause });
    });
  }
}

/** Whether a text is the result of a unit, of this version, with scores of its graph. */
async function isWhole(text: string, hash: string): Promise<boolean> {
  try {
    const result = readResult(text, hash);
    return result !== undefined && (await scoresOf(result)).graph.edgeCount === result.subject.edgeCount;
  } catch (error) {
    if (error instanceof AutocircuitError) return false;
    throw error;
  }
}
