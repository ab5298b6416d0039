import { MersenneTwister } from "@autocircuit/base";
import type { Tensor } from "@autocircuit/native";

/** Picks the next token from the logits of one position, `[vocabulary]`. */
export type ChooseToken = (logits: Tensor) => Promise<number>;

/** The likeliest token; among equals the first. */
export const likeliest: ChooseToken = async (logits) => {
  using index = logits.argmax(0);
  return index.item();
};

/**
 * Draws tokens at a temperature, from all or from the `topK` likeliest. The same seed draws the same.
 *
 * @param temperature what logits are divided by; above 0
 */
export function drawn(temperature: number, topK: number | undefined, seed: number): ChooseToken {
  const random = new MersenneTwister(seed);
  return async (logits) => {
    const values = (await logits.toArray()) as number[];
    const ids = [...values.keys()].sort((a, b) => values[b]! - values[a]! || a - b).slice(0, topK);
    const highest = values[ids[0]!]!;
    // The difference first: logits that are divided by next to nothing are infinite, and no more to be told apart.
    const weights = ids.map((id) => Math.exp((values[id]! - highest) / temperature));
    let left = (random.next() / 2 ** 32) * weights.reduce((sum, weight) => sum + weight, 0);
    const place = weights.findIndex((weight) => {
      left -= weight;
      return left < 0;
    });
    return ids.at(place)!;
  };
}
