import { AutocircuitError, parseJson, readWhole } from "@autocircuit/base";

/** Answers as a file gives them: texts or token ids (or values), flat or one list per output position. */
export type RawAnswers = readonly (string | number)[] | readonly (readonly (string | number)[])[];

/** One prompt pair as a file gives it. */
export interface RawPrompt {
  readonly clean: string | readonly number[];
  readonly corrupt: string | readonly number[];
  readonly answers: RawAnswers;
  readonly wrong_answers: RawAnswers;
  /** For prompts as token ids: for each position of `clean` the position of `corrupt` whose value it takes, null for its own. */
  readonly alignment?: readonly (number | null)[] | undefined;
}

/** AutoCircuit's data-set format. */
export interface PromptFile {
  readonly prompts: readonly RawPrompt[];
  /** A label for each token position. */
  readonly seq_labels?: readonly string[] | null;
  /** Token positions of named words; published circuits read them. */
  readonly word_idxs?: Readonly<Record<string, number>> | null;
}

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
}

/** A path or URL of a JSON file, its content, several of these whose prompts are joined, or what {@link readPrompts} made of them. */
export type PromptInput = string | URL | PromptFile | PromptSource | readonly (string | URL | PromptFile)[];

/**
 * Reads AutoCircuit's JSON and checks its form.
 *
 * @throws AutocircuitError `not-found`, or `bad-file` with the file, the prompt's number and the reason.
 */
export async function readPrompts(input: PromptInput): Promise<PromptSource> {
  if (isSource(input)) return input;
  const inputs = Array.isArray(input)
    ? (input as readonly (string | URL | PromptFile)[])
    : [input as string | URL | PromptFile];
  if (inputs.length === 0) throw new AutocircuitError("bad-input", "Prompts: the list of files is empty.");
  const sources = await Promise.all(inputs.map(readOne));
  const { seqLabels, wordIdxs } = sources[0]!;
  return { prompts: sources.flatMap((source) => source.prompts), seqLabels, wordIdxs };
}

/** What was read before: its prompts say where they come from. */
function isSource(input: PromptInput): input is PromptSource {
  return isRecord(input) && "wordIdxs" in input && "seqLabels" in input;
}

async function readOne(input: string | URL | PromptFile): Promise<PromptSource> {
  if (typeof input !== "string" && !(input instanceof URL)) return checkFile(input, "prompts given as an object");
  const file = String(input);
  const text = (await readWhole(input, "prompts")).toString("utf8");
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
