import type { Arbitrary } from "fast-check";

/** Something that takes input from outside, and the input to try on it. */
export interface Target<Input = unknown> {
  /** For the command line and tables. */
  readonly name: string;
  /** What is tried, in a few words. */
  readonly about: string;
  readonly input: Arbitrary<Input>;
  /**
   * Tries one input. What it throws must be an AutocircuitError (or a RaspError); any other error is a failure, and so is a result that
   * the target itself finds wrong.
   *
   * @returns a word for the outcome, for outcomes that are not errors; default `ok`
   */
  readonly run: (input: Input) => unknown;
}

/** What a target throws about a result that is wrong. */
export class WrongResult extends Error {
  override readonly name = "WrongResult";
}

/** Gives a target its types. */
export function target<Input>(description: Target<Input>): Target {
  return description as Target;
}
