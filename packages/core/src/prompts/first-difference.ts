import type { PromptPair } from "./prompt-pair.ts";

/**
 * The first position at which a clean and a corrupt prompt differ, the minimum over all pairs. Pairs without a difference
 * do not count; without any difference it is the length of the shortest prompt.
 */
export function firstDifference(pairs: readonly PromptPair[]): number {
  let first = Number.POSITIVE_INFINITY;
  let shortest = Number.POSITIVE_INFINITY;
  for (const { clean, corrupt } of pairs) {
    shortest = Math.min(shortest, clean.length, corrupt.length);
    const index = clean.findIndex((id, position) => id !== corrupt[position]);
    if (index >= 0) first = Math.min(first, index);
    else if (clean.length < corrupt.length) first = Math.min(first, clean.length);
  }
  if (pairs.length === 0) return 0;
  return Math.min(first, shortest);
}

/** How many tokens all prompts, clean and corrupt, have in common at the start. */
export function commonPrefixLength(pairs: readonly PromptPair[]): number {
  const first = pairs[0]?.clean;
  if (first === undefined) return 0;
  let length = first.length;
  for (const { clean, corrupt } of pairs) {
    for (const prompt of [clean, corrupt]) {
      const differs = first.findIndex((id, position) => id !== prompt[position]);
      if (differs >= 0) length = Math.min(length, differs);
    }
  }
  return length;
}
