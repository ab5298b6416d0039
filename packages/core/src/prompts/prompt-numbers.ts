import type { Tensor } from "@autocircuit/native";

const numbers = new WeakMap<Tensor, readonly number[]>();

/** Remembers the number that each row's prompt has in its loader, for messages. */
export function numberPrompts(tokens: Tensor, ofRows: readonly number[]): void {
  numbers.set(tokens, ofRows);
}

/** The number that a row's prompt has in its loader; undefined for tokens that came from none. */
export function promptNumber(tokens: Tensor, row: number): number | undefined {
  const known = numbers.get(tokens);
  return known?.[row % known.length];
}

/** Lets tokens made of others, some of their rows or all of them several times over, know their prompts' numbers. */
export function keepPromptNumbers(from: Tensor, to: Tensor, start = 0): void {
  const known = numbers.get(from);
  if (known) numbers.set(to, known.slice(start));
}
