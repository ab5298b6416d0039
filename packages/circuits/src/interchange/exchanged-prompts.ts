import { AutocircuitError, parseJson } from "@autocircuit/base";
import { type ExchangedPrompts, type RawAnswers, type RawPrompt, yearAnswers } from "@autocircuit/core";

/** Turns an answer given as text into its token, for formats that hold token ids. */
export interface AnswerTokenizer {
  encode(text: string): readonly number[];
}

/** What goes lost when prompts are written into a format that has no place for it: names of fields of the data set. */
export function unplacedFields({ prompts: _, ...rest }: ExchangedPrompts): string[] {
  return Object.entries(rest)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key]) => key);
}

/**
 * Reads AutoCircuit's JSON, with whatever else the file says.
 *
 * @throws AutocircuitError `bad-file` naming the prompt and the field
 */
export function readAutocircuitPrompts(text: string, where = "prompts"): ExchangedPrompts {
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (cause) {
    throw new AutocircuitError("bad-file", `${where}: not JSON: ${(cause as Error).message}.`, { cause });
  }
  return autocircuitPromptsOf(json, where);
}

/** {@link readAutocircuitPrompts} for JSON that was parsed already. */
export function autocircuitPromptsOf(json: unknown, where: string): ExchangedPrompts {
  const { prompts } = (json ?? {}) as { prompts?: unknown };
  if (!Array.isArray(prompts)) {
    throw new AutocircuitError("bad-file", `${where}: not a data set: it should have a list of \`prompts\`.`);
  }
  prompts.forEach((prompt: unknown, i) => {
    const { clean, corrupt, answers, wrong_answers } = (prompt ?? {}) as Record<string, unknown>;
    const bad = (field: string, should: string) =>
      new AutocircuitError("bad-file", `${where}: prompts[${i}]: \`${field}\` should be ${should}.`);
    if (!isPrompt(clean)) throw bad("clean", "a text or a list of token ids");
    if (!isPrompt(corrupt)) throw bad("corrupt", "a text or a list of token ids");
    if (!Array.isArray(answers) || answers.length === 0) throw bad("answers", "a list that is not empty");
    if (!Array.isArray(wrong_answers)) throw bad("wrong_answers", "a list");
  });
  return json as ExchangedPrompts;
}

/** AutoCircuit's JSON, one prompt a line. */
export function formatAutocircuitPrompts({ prompts, ...rest }: ExchangedPrompts): string {
  const head = Object.entries(rest).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`);
  const lines = prompts.map((prompt) => `    ${JSON.stringify(prompt)}`);
  return `{\n${head.join("")}  "prompts": [${lines.length === 0 ? "" : `\n${lines.join(",\n")}\n  `}]\n}\n`;
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

function isPrompt(value: unknown): boolean {
  const text = typeof value === "string";
  return (text || (Array.isArray(value) && value.every(Number.isInteger))) && value.length > 0;
}
