/** Weight of the newest batch in the running share of right guesses. */
const recency = 0.25;

/** What running circuits together costs: on the CPU each its own time, on a GPU a few hardly more than one. */
export type BatchCost = "each" | "together";

/**
 * Chooses how many edges to evaluate at once. A wrong guess throws away the rest of its batch, so a batch is made as
 * long as guesses are likely to hold. With a share q of right ones the next wrong one is 1 / (1 - q) edges away: half of that
 * wastes about a fifth of the work, which counts where each edge costs its own time. On a GPU twice as many are taken, and their
 * number is a power of two, since a pass of a size that was seen before is repeated without launching it again.
 */
export class BatchSize {
  readonly #largest: number;
  readonly #cost: BatchCost;
  #right = 0.5;

  /** @param largest upper bound, 1 for the plain sequential algorithm */
  constructor(largest: number, cost: BatchCost = "each") {
    this.#largest = largest;
    this.#cost = cost;
  }

  /** How many edges the next batch should have. */
  next(): number {
    const untilWrong = 1 / Math.max(1 - this.#right, 1e-9);
    if (this.#cost === "each") return Math.max(1, Math.min(this.#largest, Math.round(untilWrong / 2)));
    return 2 ** Math.floor(Math.log2(Math.max(1, Math.min(this.#largest, 2 * untilWrong))));
  }

  /** Tells how many decisions of the last batch were used, and whether the last of them was a wrong guess. */
  observe(used: number, surprised: boolean): void {
    const share = (surprised ? used - 1 : used) / used;
    const weight = 1 - (1 - recency) ** used;
    this.#right += weight * (share - this.#right);
  }
}
