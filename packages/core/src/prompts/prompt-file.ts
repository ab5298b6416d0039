import { AutocircuitError, gitLfsPointer, readWhole } from "@autocircuit/base";
import { checkAutocircuitPrompts, parsePrompts } from "./formats/autocircuit-json.ts";
import { parseEapIgCsv } from "./formats/eap-ig-csv.ts";
import { readEdgePruningJsonl } from "./formats/edge-pruning-jsonl.ts";
import type { PromptFile, RawPrompt } from "./raw-prompt.ts";

/** A prompt and where it came from, for messages. */
export interface LocatedPrompt {
  readonly prompt: RawPrompt;
  /** `file.json: prompts[3]`. */
  readonly where: string;
}

/** Prompts of one or several files. Labels and word positions are those of the first. */
export interface PromptSource {
  readonly prompts: readonly LocatedPrompt[];
  readonly tokenLabels: readonly string[] | null;
  readonly wordPositions: Readonly<Record<string, number>>;
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
  return readAllPrompts(input, false);
}

/**
 * The same with prompts that are empty or have no answers, where the format tells them from damaged lines.
 *
 * @param allowEmpty whether they are taken or refused
 */
export async function readAllPrompts(input: PromptInput, allowEmpty: boolean): Promise<PromptSource> {
  if (isSource(input)) return input;
  const inputs = Array.isArray(input)
    ? (input as readonly (string | URL | PromptFile)[])
    : [input as string | URL | PromptFile];
  if (inputs.length === 0) throw new AutocircuitError("bad-input", "Prompts: the list of files is empty.");
  const sources = await Promise.all(inputs.map((one) => readOne(one, allowEmpty)));
  const { tokenLabels, wordPositions } = sources[0]!;
  const titles = [...new Set(sources.flatMap(({ title }) => title ?? []))];
  const title = titles.length === 0 ? null : titles.join(", ");
  return { prompts: sources.flatMap((source) => source.prompts), tokenLabels, wordPositions, title };
}

/** A format of prompts that another tool writes. */
export interface PromptFormat {
  /** By which a file is known, with its dot. */
  readonly ending: string;
  /** @throws AutocircuitError `bad-file` with the line and the reason */
  readonly read: (text: string, where: string, allowEmpty?: boolean) => PromptFile;
}

/** The formats of other tools; AutoCircuit's own is JSON. */
export const promptFormats: readonly PromptFormat[] = [
  { ending: ".csv", read: parseEapIgCsv },
  { ending: ".jsonl", read: readEdgePruningJsonl },
];

/** What was read before: its prompts say where they come from. */
function isSource(input: PromptInput): input is PromptSource {
  return typeof input === "object" && "wordPositions" in input && "tokenLabels" in input;
}

async function readOne(input: string | URL | PromptFile, allowEmpty: boolean): Promise<PromptSource> {
  if (typeof input !== "string" && !(input instanceof URL)) {
    const where = "prompts given as an object";
    return sourceOf(checkAutocircuitPrompts(input, where, allowEmpty), where);
  }
  const file = String(input);
  const text = (await readWhole(input, "prompts")).toString("utf8");
  const format = promptFormats.find(({ ending }) => file.toLowerCase().endsWith(ending));
  if (!format) return sourceOf(parsePrompts(text, file, allowEmpty), file);
  const pointer = gitLfsPointer(text);
  if (pointer) throw new AutocircuitError("bad-file", `${file} holds no prompts: ${pointer}.`);
  return sourceOf(checkAutocircuitPrompts(format.read(text, file, allowEmpty), file, allowEmpty), file);
}

function sourceOf({ prompts, seq_labels, word_idxs, task }: PromptFile, file: string): PromptSource {
  return {
    prompts: prompts.map((prompt, index) => ({ prompt, where: `${file}: prompts[${index}]` })),
    tokenLabels: seq_labels ?? null,
    wordPositions: word_idxs ?? {},
    title: typeof task === "string" && task.trim() !== "" ? task : null,
  };
}
