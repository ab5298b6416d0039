import { totalmem } from "node:os";
import { AutocircuitError, formatBytes, type KindsOf, kind, signature } from "@autocircuit/base";
import { coreKinds, type LongOptions, throwIfAborted } from "@autocircuit/core";
import { unitText } from "../plan/expand-plan.ts";
import type { SweepUnit } from "../plan/unit.ts";
import type { SweepResults } from "../results/store.ts";
import { CannotKeepError, failure } from "../results/unit-error.ts";
import type { UnitOutcome } from "../unit/do-unit.ts";
import { PendingUnits } from "./pending-units.ts";
import { stopError } from "./stop-error.ts";
import { usualThreads } from "./usual-threads.ts";
import { endText, type WorkerEnd, WorkerProcess } from "./worker-process.ts";

/** A unit that came to an end. */
export interface SweepStep {
  readonly unit: SweepUnit;
  readonly outcome: Exclude<UnitOutcome, "busy">;
}

/** Options of {@link runLocally}. */
export interface RunLocallyOptions extends LongOptions {
  /** Processes at once. Default 1. */
  readonly workers?: number | undefined;
  /** Threads of each. Default `OMP_NUM_THREADS`, else the cores divided among the workers. */
  readonly threads?: number | undefined;
  /**
   * Memory that all workers may have resident together, in bytes (looked after on Linux). Beyond it the youngest worker ends, and its unit
   * is done when there is room; one that is alone is not, and fails. Default nine tenths of what this machine or container has.
   */
  readonly memoryBytes?: number | undefined;
  /** How often a unit is begun whose process ends. Default 3. */
  readonly attempts?: number | undefined;
  /** Called after each unit. */
  readonly onStep?: ((step: SweepStep) => void) | undefined;
}

const check = signature(
  "runLocally",
  { units: kind.listOf(kind.record), results: kind.having("SweepResults", "folder", "result") },
  {
    ...coreKinds.longOptions,
    workers: kind.count,
    threads: kind.count,
    memoryBytes: kind.positive,
    attempts: kind.count,
    onStep: kind.callback,
  } satisfies KindsOf<RunLocallyOptions>,
);

/**
 * Does all units that have no result yet, in processes of this machine. A process that dies costs the unit in its hands, which is begun
 * again; a unit that throws leaves its error in the results and no more. Others may work on the same folder at the same time.
 *
 * @throws CannotKeepError where results cannot be written; AutocircuitError `bad-file` for results of another version, `addon` where no worker
 *   starts, `aborted`
 * @example
 * const units = await expandPlan(await readPlan("sweep.yaml"));
 * await runLocally(units, await SweepResults.open("results"), { workers: 2, onStep: console.log });
 */
export async function runLocally(
  units: readonly SweepUnit[],
  results: SweepResults,
  options: RunLocallyOptions = {},
): Promise<void> {
  check({ units, results }, options);
  throwIfAborted(options.signal);
  await results.tidy();
  const missing: SweepUnit[] = [];
  for (const unit of units) {
    if ((await results.result(unit.hash)) === undefined) missing.push(unit);
    else options.onStep?.({ unit, outcome: "kept" });
  }
  if (missing.length === 0) return;
  await new LocalRun(missing, units.length, results, options).done;
}

/** How often memory is looked at, and units that others have in hand are offered again, in milliseconds. */
const MEMORY_EVERY = 250;
const BUSY_EVERY = 1000;
/** Workers that may die in a row before one is ready. */
const STILLBORN = 3;

class LocalRun {
  readonly done: Promise<void>;
  readonly #pending: PendingUnits;
  readonly #results: SweepResults;
  readonly #options: RunLocallyOptions;
  readonly #total: number;
  readonly #workers = new Set<WorkerProcess>();
  readonly #begun = new Map<string, number>();
  /** Units that others have in hand. */
  readonly #busy: SweepUnit[] = [];
  readonly #threads: number;
  readonly #memory: number;
  readonly #timers: NodeJS.Timeout[];
  #places: number;
  #left: number;
  #stillborn = 0;
  #keeping: Promise<unknown> = Promise.resolve();
  #failed: unknown;
  #over = false;
  #settle!: { resolve: () => void; reject: (error: unknown) => void };

  constructor(missing: readonly SweepUnit[], total: number, results: SweepResults, options: RunLocallyOptions) {
    const { workers = 1, threads, memoryBytes, signal } = options;
    this.#pending = new PendingUnits(missing);
    this.#results = results;
    this.#options = options;
    this.#total = total;
    this.#left = missing.length;
    this.#places = Math.min(workers, missing.length);
    this.#threads = threads ?? usualThreads(this.#places);
    this.#memory = memoryBytes ?? 0.9 * machineMemory();
    this.done = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.#timers = [
      setInterval(() => this.#watchMemory(), MEMORY_EVERY),
      setInterval(() => this.#offerBusy(), BUSY_EVERY),
    ];
    signal?.addEventListener("abort", this.#onAbort);
    this.#fill();
  }

  readonly #onAbort = () =>
    this.#stop(new AutocircuitError("aborted", "Stopped before the end, as asked by the signal."));

  /** Starts workers for what waits, as many as there are places. */
  #fill(): void {
    while (!this.#over && this.#workers.size < Math.min(this.#places, this.#workers.size + this.#pending.size)) {
      const worker: WorkerProcess = new WorkerProcess(this.#results.folder, this.#threads, "local", {
        onReport: (report) => {
          if (this.#over) return;
          if (report.type === "ready") {
            worker.ready = true;
            this.#stillborn = 0;
            return this.#give(worker);
          }
          if (report.type === "stop") return this.#stop(stopError(report));
          const unit = worker.unit!;
          worker.unit = undefined;
          if (report.outcome === "busy") this.#busy.push(unit);
          else this.#finish(unit, report.outcome);
          this.#give(worker);
        },
        onEnd: (end) => this.#ended(worker, end),
      });
      this.#workers.add(worker);
    }
  }

  #give(worker: WorkerProcess): void {
    if (this.#over) return;
    const unit = this.#pending.take(worker);
    if (unit) worker.give(unit);
  }

  #finish(unit: SweepUnit, outcome: SweepStep["outcome"]): void {
    this.#left--;
    this.#options.onStep?.({ unit, outcome });
    this.#options.onProgress?.({ done: this.#total - this.#left, total: this.#total });
    if (this.#left === 0) this.#stop(undefined);
  }

  #ended(worker: WorkerProcess, end: WorkerEnd): void {
    this.#workers.delete(worker);
    this.#pending.forget(worker);
    if (this.#over) {
      this.#settleWhenAlone();
      return;
    }
    if (!worker.ready && ++this.#stillborn === STILLBORN) {
      const words = end.words || `it ended with ${endText(end)}`;
      this.#stop(new AutocircuitError("addon", `No worker process starts: ${words}`));
      return;
    }
    if (worker.unit) this.#again(worker.unit, "crashed", `The process ended with ${endText(end)}. ${end.words}`.trim());
    this.#offer();
  }

  /** A unit whose process ended: it is begun again, unless it was too often. */
  #again(unit: SweepUnit, kind: string, why: string): void {
    const begun = (this.#begun.get(unit.hash) ?? 0) + 1;
    this.#begun.set(unit.hash, begun);
    if (kind === "crashed" && begun < (this.#options.attempts ?? 3)) {
      this.#pending.giveBack(unit);
      return;
    }
    this.#keeping = this.#keeping
      .then(() => this.#results.fail(unit.hash, failure(kind, why)))
      .then(
        () => this.#finish(unit, "failed"),
        (cause) => this.#stop(new CannotKeepError((cause as Error).message, { cause })),
      );
  }

  #offerBusy(): void {
    for (const unit of this.#busy.splice(0)) this.#pending.giveBack(unit);
    this.#offer();
  }

  /** Gives what waits to workers without a unit, or to new ones. */
  #offer(): void {
    for (const worker of this.#workers) if (worker.ready && worker.unit === undefined) this.#give(worker);
    this.#fill();
  }

  /** Ends the youngest worker where all together have too much. */
  #watchMemory(): void {
    const working = [...this.#workers].filter(({ unit }) => unit !== undefined);
    const used = working.reduce((sum, worker) => sum + worker.memory(), 0);
    if (used <= this.#memory || working.length === 0) return;
    const youngest = working.reduce((last, one) => (one.since > last.since ? one : last));
    const unit = youngest.unit!;
    youngest.unit = undefined;
    youngest.kill("SIGKILL");
    if (working.length > 1) {
      this.#places = Math.max(1, working.length - 1);
      this.#pending.giveBack(unit);
      return;
    }
    const [needed, limit] = [used, this.#memory].map(formatBytes);
    this.#again(unit, "out-of-memory", `${unitText(unit)} had ${needed} in memory, more than the limit of ${limit}.`);
  }

  #stop(error: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#failed = error;
    for (const timer of this.#timers) clearInterval(timer);
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    for (const worker of this.#workers) worker.kill();
    this.#settleWhenAlone();
  }

  #settleWhenAlone(): void {
    if (this.#workers.size > 0) return;
    if (this.#failed === undefined) this.#settle.resolve();
    else this.#settle.reject(this.#failed);
  }
}

function machineMemory(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}
