import { AutocircuitError, gitLfsPointer, parseJson, readWhole } from "@autocircuit/base";
import { readEapIgCsv } from "./formats/eap-ig-csv.ts";
import { readEdgePruningJsonl } from "./formats/edge-pruning-jsonl.ts";
import type { PromptFile, RawAnswers, RawPrompt } from "./raw-prompt.ts";

/** A prompt and where it came from, for messages. */
export interface LocatedPrompt {
  readonly prompt: RawPrompt;
  /** `file.json: prompts[3]`. */
  readonly where: string;
}

/** Prompts of one or several files. Labels and word positions are those of the first. */
export interface PromptSource {
  readonly prompts: readonly LocatedPrompt[];
  readonly seqLabels: readonly string[] | null;
  readonly wordIdxs: Readonly<Record<string, number>>;
  /** What the files say they are about, null where none does. */
  readonly title?: string | null | undefined;
}

/** A path or URL of a file of prompts, the content of a JSON one, several of these whose prompts are joined, or what {@link readPrompts} made of them. */
export type PromptInput = string | URL | PromptFile | PromptSource | readonly (string | URL | PromptFile)[];

/**
 * Reads AutoCircuit's JSON, EAP-IG's CSV (a path or URL that ends in `.csv`) or Edge-Pruning's data (`.jsonl`), and checks its form.
 *
 * @throws AutocircuitError `not-found`, or `bad-file` with the file, the prompt's number or the line, and the reason.
 */
export async function readPrompts(input: PromptInput): Promise<PromptSource> {
  if (isSource(input)) return input;
  const inputs = Array.isArray(input)
    ? (input as readonly (string | URL | PromptFile)[])
    : [input as string | URL | PromptFile];
  if (inputs.length === 0) throw new AutocircuitError("bad-input", "Prompts: the list of files is empty.");
  const sources = await Promise.all(inputs.map(readOne));
  const { seqLabels, wordIdxs } = sources[0]!;
  const titles = [...new Set(sources.flatMap(({ title }) => title ?? []))];
  const title = titles.length === 0 ? null : titles.join(", ");
  return { prompts: sources.flatMap((source) => source.prompts), seqLabels, wordIdxs, title };
}

/** Prompts of other tools, which a file's ending tells. */
const FORMATS = [
  { ending: ".csv", read: readEapIgCsv },
  { ending: ".jsonl", read: readEdgePruningJsonl },
] as const;

/** What was read before: its prompts say where they come from. */
function isSource(input: PromptInput): input is PromptSource {
  return isRecord(input) && "wordIdxs" in input && "seqLabels" in input;
}

async function readOne(input: string | URL | PromptFile): Promise<PromptSource> {
  if (typeof input !== "string" && !(input instanceof URL)) return checkFile(input, "prompts given as an object");
  const file = String(input);
  const text = (await readWhole(input, "prompts")).toString("utf8");
  const format = FORMATS.find(({ ending }) => file.toLowerCase().endsWith(ending));
  if (format) {
    const pointer = gitLfsPointer(text);
    if (pointer) throw new AutocircuitError("bad-file", `${file} holds no prompts: ${pointer}.`);
    return checkFile(format.read(text, file), file);
  }
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (cause) {
    throw new AutocircuitError("bad-file", `${file} is not JSON: ${(cause as Error).message}.`, { cause });
  }
  return checkFile(json, file);
}

function checkFile(json: unknown, file: string): PromptSource {
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
    bad("`word_idxs` should map words to token positions");
  }
  return {
    prompts: json.prompts.map((prompt, index) => {
      const where = `${file}: prompts[${index}]`;
      checkPrompt(prompt, where);
      return { prompt, where };
    }),
    seqLabels: labels as readonly string[] | null,
    wordIdxs: words as Record<string, number>,
    title: typeof json.task === "string" && json.task.trim() !== "" ? json.task : null,
  };
}

function checkPrompt(prompt: unknown, where: string): asserts prompt is RawPrompt {
  const bad = (reason: string): never => {
    throw new AutocircuitError("bad-file", `${where}: ${reason}.`);
  };
  if (!isRecord(prompt)) return bad("not an object");
  for (const field of ["clean", "corrupt", "answers", "wrong_answers"]) {
    if (prompt[field] === undefined) bad(`\`${field}\` is missing`);
  }
  for (const field of ["clean", "corrupt"]) {
    const value = prompt[field];
    if (typeof value !== "string" && !isListOf(value, "number"))
      bad(`\`${field}\` should be a text or a list of token ids`);
    if ((value as string | number[]).length === 0) bad(`\`${field}\` is empty`);
  }
  const { alignment } = prompt;
  if (alignment !== undefined && !(Array.isArray(alignment) && alignment.every(isPosition))) {
    bad("`alignment` should be a list of positions and nulls");
  }
  for (const field of ["answers", "wrong_answers"]) {
    if (!isAnswers(prompt[field]))
      bad(`\`${field}\` should be a list of texts or numbers, or one such list per position`);
  }
  const answers = prompt.answers as RawAnswers;
  if (answers.length === 0 || answers.some((item) => Array.isArray(item) && item.length === 0))
    bad("`answers` is empty");
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
