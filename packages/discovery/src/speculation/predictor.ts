/** Guesses whether a candidate will stay removed. A wrong guess costs time, never correctness. */
export interface Predictor {
  /** Whether the edge at a position of the order will stay removed. */
  predict(position: number): boolean;
  /** Tells what came out. */
  observe(position: number, removed: boolean): void;
}

/** Weight of the newest decision in a running rate. */
const recency = 0.2;

/**
 * Guesses by what came out lately for edges of the same kind: each kind keeps a running rate of removals and the more
 * frequent decision is the guess. Starts with "removed", which most edges are.
 *
 * @param kinds kind of each edge by position in the order, such as the number of its group
 */
export class RatePredictor implements Predictor {
  readonly #kinds: ArrayLike<number>;
  readonly #rates = new Map<number, number>();

  constructor(kinds: ArrayLike<number>) {
    this.#kinds = kinds;
  }

  predict(position: number): boolean {
    return this.#rate(position) >= 0.5;
  }

  observe(position: number, removed: boolean): void {
    const rate = this.#rate(position);
    this.#rates.set(this.#kinds[position]!, rate + recency * ((removed ? 1 : 0) - rate));
  }

  #rate(position: number): number {
    return this.#rates.get(this.#kinds[position]!) ?? 1;
  }
}
