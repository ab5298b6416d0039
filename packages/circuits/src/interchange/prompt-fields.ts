import { AutocircuitError } from "@autocircuit/base";
import { type PromptFile, type RawAnswers, type RawPrompt, yearAnswers } from "@autocircuit/core";

/** Turns an answer given as text into its token, for formats that hold token ids. */
export interface AnswerTokenizer {
  encode(text: string): readonly number[];
}

/** What goes lost when prompts are written into a format that has no place for it: names of fields of the data set. */
export function unplacedFields({ prompts: _, ...rest }: PromptFile): string[] {
  return Object.entries(rest)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key]) => key);
}

/** Answers that are not given position by position. @throws AutocircuitError `bad-input` otherwise */
export function flatAnswers(answers: RawAnswers, where: string): readonly (string | number)[] {
  if (answers.every((answer) => !Array.isArray(answer))) return answers as readonly (string | number)[];
  throw new AutocircuitError("bad-input", `${where}: answers at several positions have no place in this format.`);
}

/** A prompt's text. @throws AutocircuitError `bad-input` for token ids */
export function textOf(prompt: RawPrompt, side: "clean" | "corrupt", where: string): string {
  const value = prompt[side];
  if (typeof value === "string") return value;
  throw new AutocircuitError("bad-input", `${where}: \`${side}\` is given as token ids; this format holds text.`);
}

/** The year whose {@link yearAnswers} these are, or undefined. */
export function yearOf({ answers, wrong_answers }: RawPrompt, upTo: "including" | "excluding"): number | undefined {
  const year = 99 - answers.length;
  if (year < 0 || year > 98) return undefined;
  const expected = yearAnswers(year, upTo);
  const same = (a: readonly unknown[], b: readonly unknown[]) => a.length === b.length && a.every((x, i) => x === b[i]);
  return same(answers, expected.answers) && same(wrong_answers, expected.wrong_answers) ? year : undefined;
}
