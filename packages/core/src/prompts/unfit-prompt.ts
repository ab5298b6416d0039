import { AutocircuitError, type ErrorReason } from "@autocircuit/base";

/** What of a prompt may not fit a model. */
export type UnfitReason = Exclude<ErrorReason, "no-model-of-task" | "latents-not-kept" | "memory-foretold">;

/** Each in words. */
export const unfitTexts: Readonly<Record<UnfitReason, string>> = {
  "empty-prompt": "an empty prompt",
  "no-answers": "no answers",
  "answer-of-several-tokens": "an answer of several tokens",
  "answer-is-wrong-too": "an answer that is a wrong answer too",
  "token-outside-model": "a token that the model does not have",
  "text-outside-vocabulary": "text that the vocabulary cannot express",
  "words-not-aligned": "clean and corrupt cannot be aligned by words",
  "lengths-differ": "clean and corrupt differ in length",
};

/**
 * What of a prompt does not fit the model, where an error says so: `fittingPrompts` leaves such prompts out. Undefined where anything else is
 * wrong, with the file or the options.
 *
 * @example
 * const error = await loadPrompts("names.json", { tokenizer }).catch((error: unknown) => error);
 * if (unfitReason(error) !== undefined) console.log("fittingPrompts leaves such prompts out");
 */
export function unfitReason(error: unknown): UnfitReason | undefined {
  const reason = error instanceof AutocircuitError ? error.reason : undefined;
  return reason !== undefined && Object.hasOwn(unfitTexts, reason) ? (reason as UnfitReason) : undefined;
}
