import { AutocircuitError, type MersenneTwister } from "@autocircuit/base";
import type { RawTextPrompt } from "./prompt-file.ts";

/** One of the items, each equally likely. */
export function chooseOne<T>(items: readonly T[], random: MersenneTwister): T {
  return items[random.below(items.length)]!;
}

/** A key for {@link distinctPrompts}: clean prompts may come again, with another corrupt one. */
export const pairKey = ({ clean, corrupt }: RawTextPrompt): string => `${clean}\n${corrupt}`;

/** Several different items in random order, none of them among `without`. */
export function chooseSome<T>(
  items: readonly T[],
  count: number,
  random: MersenneTwister,
  without: readonly T[] = [],
): T[] {
  return random.shuffle(items.filter((item) => !without.includes(item))).slice(0, count);
}

/**
 * As many prompt pairs as wanted, none twice.
 *
 * @param make the i-th pair; called again with the same number when its like was there before
 * @param keyOf What may occur once only; default the clean prompt.
 * @throws AutocircuitError `bad-input` when there are not that many
 */
export function distinctPrompts(
  count: number,
  make: (i: number) => RawTextPrompt,
  keyOf = (prompt: RawTextPrompt): string => prompt.clean,
): RawTextPrompt[] {
  const seen = new Set<string>();
  return Array.from({ length: count }, (_, i) => {
    for (let attempt = 0; attempt < 1000; attempt++) {
      const prompt = make(i);
      const key = keyOf(prompt);
      if (seen.has(key)) continue;
      seen.add(key);
      return prompt;
    }
    throw new AutocircuitError("bad-input", `Could not make ${count} different prompts, only ${i}. Ask for fewer.`);
  });
}
