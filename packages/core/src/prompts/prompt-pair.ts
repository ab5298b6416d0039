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
}

/** Which prompt of a pair. */
export type PromptSide = "clean" | "corrupt";
