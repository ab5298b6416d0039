import type { SweepUnit } from "../plan/unit.ts";

/**
 * Units that wait, given out so that those with the same model and prompts go to the same worker one after the other, larger priorities
 * first.
 */
export class PendingUnits {
  /** By subject, in the order of the plan. */
  readonly #groups = new Map<string, SweepUnit[]>();
  /** Which subject each worker has loaded. */
  readonly #at = new Map<object, string>();

  constructor(units: readonly SweepUnit[]) {
    for (const unit of units.toSorted((a, b) => b.priority - a.priority || a.index - b.index)) {
      const group = this.#groups.get(unit.subject.digest);
      if (group) group.push(unit);
      else this.#groups.set(unit.subject.digest, [unit]);
    }
  }

  get size(): number {
    return [...this.#groups.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /**
   * A unit for a worker: of the subject that it has, else of the first that no other worker has, else of the one with most left.
   * One of larger priority than those goes before.
   */
  take(worker: object): SweepUnit | undefined {
    const mine = this.#at.get(worker);
    const groups = [...this.#groups].filter(([, units]) => units.length > 0);
    if (groups.length === 0) return undefined;
    const most = Math.max(...groups.map(([, units]) => units[0]!.priority));
    const first = groups.filter(([, units]) => units[0]!.priority === most);
    const others = new Set([...this.#at].filter(([other]) => other !== worker).map(([, digest]) => digest));
    const [digest, units] =
      first.find(([digest]) => digest === mine) ??
      first.find(([digest]) => !others.has(digest)) ??
      first.reduce((best, one) => (one[1].length > best[1].length ? one : best));
    this.#at.set(worker, digest);
    return units.shift();
  }

  /** A unit that has to be done again, before others of its subject. */
  giveBack(unit: SweepUnit): void {
    const group = this.#groups.get(unit.subject.digest) ?? [];
    group.unshift(unit);
    this.#groups.set(unit.subject.digest, group);
  }

  /** A worker that is no more: its subject is nobody's. */
  forget(worker: object): void {
    this.#at.delete(worker);
  }
}
