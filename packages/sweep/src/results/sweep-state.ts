import type { SweepUnit } from "../plan/unit.ts";
import type { SweepResults } from "./store.ts";
import type { UnitError } from "./unit-error.ts";

/** How far a sweep is. */
export interface SweepState {
  /** Units of the plan; the three after it add up to it. */
  readonly units: number;
  readonly done: number;
  readonly failed: number;
  readonly missing: number;
  /** Of the missing: those that a process has in hand, as far as one can see. */
  readonly running: number;
  /** Results in the folder that are of no unit of this plan: of other options, prompts or models. */
  readonly others: number;
  /** Those that failed, with why. */
  readonly failures: readonly { readonly unit: SweepUnit; readonly error: UnitError }[];
  /** By task, in the plan's order. */
  readonly tasks: readonly TaskState[];
}

/** How far a task is. */
export interface TaskState {
  readonly task: string;
  readonly units: number;
  readonly done: number;
  readonly failed: number;
}

/** Looks at a results folder again and again; a result that was read is read again only where its file is another one. */
export class StateReader {
  readonly #seen = new Map<string, string>();
  readonly #results: SweepResults | undefined;
  readonly #units: readonly SweepUnit[];

  /** @param results undefined where there are none yet */
  constructor(results: SweepResults | undefined, units: readonly SweepUnit[]) {
    this.#results = results;
    this.#units = units;
  }

  /** How far the sweep is now. @throws AutocircuitError `bad-file` for a result of another version */
  async look(): Promise<SweepState> {
    const [there, errors, claims] = (await Promise.all(
      (["units", "errors", "claims"] as const).map((part) => this.#results?.hashes(part) ?? new Set<string>()),
    )) as [Set<string>, Set<string>, Set<string>];
    const tasks = new Map<string, { task: string; units: number; done: number; failed: number }>();
    const failures: { unit: SweepUnit; error: UnitError }[] = [];
    let [done, running] = [0, 0];
    for (const unit of this.#units) {
      const { key: task } = unit.subject.task;
      const of = tasks.get(task) ?? { task, units: 0, done: 0, failed: 0 };
      tasks.set(task, of);
      of.units++;
      if (there.has(unit.hash) && (await this.#isWhole(unit.hash))) {
        of.done++;
        done++;
        continue;
      }
      if (claims.has(unit.hash)) running++;
      const error = errors.has(unit.hash) ? await this.#results!.error(unit.hash) : undefined;
      if (error === undefined) continue;
      of.failed++;
      failures.push({ unit, error });
    }
    const own = new Set(this.#units.map(({ hash }) => hash));
    const others = [...there].filter((hash) => !own.has(hash)).length;
    const units = this.#units.length;
    const failed = failures.length;
    return {
      units,
      done,
      failed,
      missing: units - done - failed,
      running,
      others,
      failures,
      tasks: [...tasks.values()],
    };
  }

  async #isWhole(hash: string): Promise<boolean> {
    const results = this.#results!;
    const stamp = await results.stamp(hash);
    if (stamp === undefined) return false;
    if (this.#seen.get(hash) === stamp) return true;
    if ((await results.result(hash)) === undefined) return false;
    this.#seen.set(hash, stamp);
    return true;
  }
}
