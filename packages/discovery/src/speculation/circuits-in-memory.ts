import { halvedWhereMemoryEnds } from "@autocircuit/core";

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
    const together = {
      count: () => Math.min(this.#most, count - values.length),
      lower: (most: number) => {
        this.#most = most;
      },
      ...{ what: "circuits", option: "`largestBatch` sets it" },
    };
    while (values.length < count)
      values.push(...(await halvedWhereMemoryEnds(together, (some) => work(values.length, some))));
    return values;
  }
}
