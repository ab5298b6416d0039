import { sayOnce } from "@autocircuit/base";

/** How many circuits run together, by what memory has taught: where it ends half as many do, and that stays. */
export class CircuitsInMemory {
  #most: number;

  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most;
  }

  /**
   * Numbers of `count` circuits, of as many together as memory takes.
   *
   * @param work runs `some` circuits from the `first` on, and gives a number for each
   * @throws AutocircuitError `out-of-memory` when not even one fits; whatever else `work` throws
   */
  async run(count: number, work: (first: number, some: number) => Promise<readonly number[]>): Promise<number[]> {
    const values: number[] = [];
    while (values.length < count) {
      const first = values.length;
      const some = Math.min(this.#most, count - first);
      try {
        values.push(...(await work(first, some)));
      } catch (error) {
        if (!isOutOfMemory(error) || some === 1) throw error;
        this.#most = Math.floor(some / 2);
        sayOnce(`memory ended with ${some} circuits at once; going on with ${this.#most} (largestBatch sets it)`);
      }
    }
    return values;
  }
}

/** Whether memory ended. */
export function isOutOfMemory(error: unknown): boolean {
  return (error as { code?: unknown }).code === "out-of-memory";
}
