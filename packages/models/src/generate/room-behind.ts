import { AutocircuitError } from "@autocircuit/base";

/**
 * How many tokens may be written behind a prompt of so many before the model's context is full.
 *
 * @throws AutocircuitError `bad-input` where there is no room
 */
export function roomBehind(length: number, context: number): number {
  if (length < context) return context - length;
  throw new AutocircuitError(
    "bad-input",
    `The prompt has ${length} tokens and the model's context ${context}: there is no room to go on. Shorten it.`,
  );
}
