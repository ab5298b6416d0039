import type { SweepUnit } from "../plan/unit.ts";
import { CannotKeepError } from "../results/unit-error.ts";
import type { UnitOutcome } from "../unit/do-unit.ts";
import { stopError } from "./stop-error.ts";
import { endText, WorkerProcess } from "./worker-process.ts";

/** The process ended that had a unit in hand. */
export class CrashedError extends Error {
  override readonly name = "CrashedError";
}

/** Does one unit at a time in a process of its own, which is started when it is needed and again where it ended. */
export class UnitProcess implements Disposable {
  readonly #folder: string;
  readonly #threads: number;
  readonly #runner: string;
  #worker: WorkerProcess | undefined;
  #settle: { resolve: (outcome: UnitOutcome) => void; reject: (error: unknown) => void } | undefined;

  constructor(folder: string, threads: number, runner: string) {
    this.#folder = folder;
    this.#threads = threads;
    this.#runner = runner;
  }

  /** @throws CrashedError where the process ends; CannotKeepError, AutocircuitError `bad-file` as `doUnit` does */
  do(unit: SweepUnit): Promise<UnitOutcome> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      if (this.#worker?.ready) this.#worker.give(unit);
      else this.#start(unit);
    });
  }

  #start(unit: SweepUnit): void {
    const worker: WorkerProcess = new WorkerProcess(this.#folder, this.#threads, this.#runner, {
      onReport: (report) => {
        if (report.type === "ready") {
          worker.ready = true;
          worker.give(unit);
        } else if (report.type === "outcome") this.#settle?.resolve(report.outcome);
        else this.#settle?.reject(stopError(report));
      },
      onEnd: (end) => {
        if (this.#worker === worker) this.#worker = undefined;
        const words = `The process ended with ${endText(end)}. ${end.words}`.trim();
        this.#settle?.reject(
          worker.ready ? new CrashedError(words) : new CannotKeepError(`No worker starts: ${words}`),
        );
      },
    });
    this.#worker = worker;
  }

  [Symbol.dispose](): void {
    this.#settle = undefined;
    this.#worker?.kill();
  }
}
