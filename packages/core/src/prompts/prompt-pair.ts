import type { Partners } from "./partners.ts";

/**
 * Answers of one prompt: token ids (or, for models that output numbers, values), either flat or one list per position of
 * the output slice.
 */
export type Answers = readonly number[] | readonly (readonly number[])[];

/** A clean and a corrupt prompt as token ids, without padding, and what should and should not follow the clean one. */
export interface PromptPair {
  readonly clean: readonly number[];
  readonly corrupt: readonly number[];
  readonly answers: Answers;
  readonly wrongAnswers: Answers;
  /** Which positions belong together; without it those with the same number, and both prompts have the same length. */
  readonly alignment?: Partners | undefined;
  /** Where the pair comes from, for messages: `file.json: prompts[3]`. */
  readonly where?: string | undefined;
}

/** Which prompt of a pair. */
export type PromptSide = "clean" | "corrupt";
