import { AutocircuitError, type ErrorReason, kind, parseJson, signature } from "@autocircuit/base";
import { lacksAnswers, type PromptFile, type RawAnswers, type RawPrompt } from "../raw-prompt.ts";

const check = signature("readAutocircuitPrompts", { text: kind.text, where: kind.optional(kind.text) });

/**
 * Reads AutoCircuit's JSON, with whatever else the file says.
 *
 * @throws AutocircuitError `bad-file` naming the prompt and the field
 */
export function readAutocircuitPrompts(text: string, where = "prompts"): PromptFile {
  check({ text, where });
  return parsePrompts(text, where);
}

/**
 * The same for text that was checked.
 *
 * @param allowEmpty whether prompts may be empty, and have no answers
 */
export function parsePrompts(text: string, where: string, allowEmpty = false): PromptFile {
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (cause) {
    throw new AutocircuitError("bad-file", `${where} is not JSON: ${(cause as Error).message}.`, { cause });
  }
  return checkAutocircuitPrompts(json, where, allowEmpty);
}

/**
 * Holds a value against the form of AutoCircuit's JSON: `{"prompts": [{clean, corrupt, answers, wrong_answers}, ...]}`.
 *
 * @param allowEmpty whether prompts may be empty, and have no answers
 * @returns the value
 * @throws AutocircuitError `bad-file` naming the prompt and the field
 */
export function checkAutocircuitPrompts(json: unknown, file: string, allowEmpty = false): PromptFile {
  const bad = (reason: string): never => {
    throw new AutocircuitError("bad-file", `${file}: ${reason}.`);
  };
  if (!isRecord(json) || !Array.isArray(json.prompts)) {
    return bad('not a data set: it should be {"prompts": [{clean, corrupt, answers, wrong_answers}, ...]}');
  }
  if (json.prompts.length === 0) bad("`prompts` is empty");
  const labels = json.seq_labels ?? null;
  if (labels !== null && !isListOf(labels, "string")) bad("`seq_labels` should be a list of texts");
  const words = json.word_idxs ?? {};
  if (!isRecord(words) || !Object.values(words).every((index) => Number.isInteger(index))) {
    bad("`word_idxs` should map words to positions");
  }
  for (const [index, prompt] of json.prompts.entries()) checkPrompt(prompt, `${file}: prompts[${index}]`, allowEmpty);
  return json as unknown as PromptFile;
}

function checkPrompt(prompt: unknown, where: string, allowEmpty: boolean): asserts prompt is RawPrompt {
  const bad = (what: string, reason?: ErrorReason): never => {
    throw new AutocircuitError("bad-file", `${where}: ${what}.`, { reason });
  };
  if (!isRecord(prompt)) return bad("not an object");
  for (const field of ["clean", "corrupt", "answers", "wrong_answers"]) {
    if (prompt[field] === undefined) bad(`\`${field}\` is missing`);
  }
  for (const field of ["clean", "corrupt"]) {
    const value = prompt[field];
    if (typeof value !== "string" && !isListOf(value, "number"))
      bad(`\`${field}\` should be a text or a list of token ids`);
    if ((value as string | number[]).length === 0 && !allowEmpty) bad(`\`${field}\` is empty`, "empty-prompt");
  }
  const { alignment } = prompt;
  if (alignment !== undefined && !(Array.isArray(alignment) && alignment.every(isPosition))) {
    bad("`alignment` should be a list of positions and nulls");
  }
  for (const field of ["answers", "wrong_answers"]) {
    if (!isAnswers(prompt[field]))
      bad(`\`${field}\` should be a list of texts or numbers, or one such list per position`);
  }
  if (!allowEmpty && lacksAnswers(prompt.answers as RawAnswers)) bad("`answers` is empty", "no-answers");
}

function isPosition(value: unknown): boolean {
  return value === null || Number.isInteger(value);
}

function isAnswers(value: unknown): boolean {
  const flat = (list: unknown) => isListOf(list, "string") || isListOf(list, "number");
  return flat(value) || (Array.isArray(value) && value.every(flat));
}

function isListOf(value: unknown, type: "string" | "number"): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === type);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
