/** Weight of the newest batch in the running share of right guesses. */
const recency = 0.25;

/**
 * Chooses how many edges to evaluate at once. A wrong guess throws away the rest of its batch, so a batch is made as
 * long as guesses are likely to hold: with a share q of right ones, about half of the 1 / (1 - q) edges until
 * the next wrong one, which wastes about a fifth of the work.
 */
export class BatchSize {
  readonly #largest: number;
  #right = 0.5;

  /** @param largest upper bound, 1 for the plain sequential algorithm */
  constructor(largest: number) {
    this.#largest = largest;
  }

  /** How many edges the next batch should have. */
  next(): number {
    const expected = 0.5 / Math.max(1 - this.#right, 1e-9);
    return Math.max(1, Math.min(this.#largest, Math.round(expected)));
  }

  /** Tells how many decisions of the last batch were used, and whether the last of them was a wrong guess. */
  observe(used: number, surprised: boolean): void {
    const share = (surprised ? used - 1 : used) / used;
    const weight = 1 - (1 - recency) ** used;
    this.#right += weight * (share - this.#right);
  }
}
