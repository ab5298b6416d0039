import {
  circuitOf,
  eapIgGraph,
  formatCircuitFile,
  formatEapIgCircuit,
  formatEapIgCsv,
  formatEdgePruningJsonl,
  formatPromptFile,
  pruneScoresOf,
  type ScoredCircuit,
  ungroupedCircuit,
  unplacedFields,
} from "@autocircuit/circuits";
import { fittingPrompts, type PromptFile, type Rank, type Tokenizer } from "@autocircuit/core";
import { gpt2Tokenizer, loadTokenizer, resolveModelFolder } from "@autocircuit/models";
import type { TransformerConfig } from "@autocircuit/native";
import { readModelConfig } from "../circuits/read-model-config.ts";
import type { Context } from "../context.ts";
import { offeringSkip } from "../discover/own-prompts.ts";
import { synchronously } from "../support/interrupt.ts";
import { UsageError } from "../support/usage-error.ts";
import { makeFolder, requireWritable, writeWhole } from "../support/write-file.ts";
import { type Input, readInput } from "./read-input.ts";

/** Options of `autocircuit convert`, as commander gives them. */
export interface ConvertCommandOptions {
  model?: string;
  config?: string;
  size?: number;
  rank?: Rank;
  tokenizer?: string;
  skipUnfit?: boolean;
}

/** Reads a circuit or prompts in one tool's format and writes them in another's. */
export async function convert(
  from: string,
  to: string,
  { size, rank, tokenizer, skipUnfit, ...where }: ConvertCommandOptions,
  { print, signal }: Context,
): Promise<void> {
  requireWritable(to);
  if (skipUnfit && (tokenizer === undefined || !to.endsWith(".csv")))
    throw new UsageError(
      "--skip-unfit leaves out prompts of which a .csv cannot hold the token ids: write one, and give its --tokenizer, or leave it out.",
    );
  const given = where.model !== undefined || where.config !== undefined;
  const config = given ? await readModelConfig(where) : undefined;
  const graph = config && eapIgGraph(config);
  const input = await readInput(from, graph, { size, rank });
  if (size !== undefined && (input.kind !== "circuit" || input.format !== "scores"))
    throw new UsageError("--size chooses a circuit from scores; the input has none. Leave --size out.");
  if (rank !== undefined && size === undefined)
    throw new UsageError("--rank says which edges of scores a size takes: give --size too.");
  if (input.kind === "circuit") for (const note of input.notes) print(note);
  if (input.kind === "circuit") print(await writeCircuit(input, to, config));
  else for (const line of await writePrompts(input, { from, to }, { tokenizer, skipUnfit, signal })) print(line);
}

type CircuitInput = Extract<Input, { kind: "circuit" }>;
type PromptsInput = Extract<Input, { kind: "prompts" }>;

async function writeCircuit(
  { format, circuit }: CircuitInput,
  to: string,
  config: TransformerConfig | undefined,
): Promise<string> {
  const summary = describeCircuit(circuit);
  if (to.endsWith(".safetensors") && format !== "scores") {
    await makeFolder(to);
    await pruneScoresOf(circuit).save(to);
    return `wrote ${to}: scores of ${circuit.graph.edgeCount} edges`;
  }
  if (!to.endsWith(".json"))
    throw noSuchFormat(to, "a circuit", format === "scores" ? [".json"] : [".json", ".safetensors"]);
  if (format === "eap-ig") {
    await writeWhole(to, await synchronously(() => formatCircuitFile(circuit)));
    return `wrote ${to}: ${summary}, in AutoCircuit's names`;
  }
  await writeWhole(to, await synchronously(() => formatEapIgCircuit(circuit, config ? { dModel: config.dModel } : {})));
  const width = config || circuit.eapIg ? "" : "; d_model is not known without --model and is written as 0";
  const own = ungroupedCircuit(circuit);
  const heads =
    own === circuit ? "" : `; edges to keys and values of a group once for each of its heads: ${describeCircuit(own)}`;
  return `wrote ${to}: ${summary}, as EAP-IG and MIB read them${heads}${width}`;
}

/** How prompts become a .csv of token ids. */
interface CsvOptions {
  readonly tokenizer: string | undefined;
  readonly skipUnfit: boolean | undefined;
  readonly signal: AbortSignal;
}

/** @returns what was left out, and what was written, in lines */
async function writePrompts(
  { format, prompts }: PromptsInput,
  { from, to }: { readonly from: string; readonly to: string },
  { tokenizer, skipUnfit = false, signal }: CsvOptions,
): Promise<string[]> {
  const summary = (of: PromptFile) => `wrote ${to}: ${of.prompts.length} prompt pairs`;
  if (format !== "autocircuit") {
    if (!to.endsWith(".json")) throw noSuchFormat(to, `prompts from .${format}`, [".json"]);
    await writeWhole(to, await synchronously(() => formatPromptFile(prompts)));
    return [summary(prompts)];
  }
  if (to.endsWith(".csv")) {
    const answers = tokenizer === undefined ? {} : { tokenizer: await tokenizerNamed(tokenizer, signal) };
    const { file, left } = skipUnfit ? await fittingFile(prompts, from, answers) : { file: prompts, left: [] };
    const csv = synchronously(() => formatEapIgCsv(file, answers));
    await writeWhole(to, await (tokenizer === undefined ? csv : csv.catch(offeringSkip)));
    return [...left, summary(file) + leftOut(file)];
  } else if (to.endsWith(".jsonl")) await writeWhole(to, await synchronously(() => formatEdgePruningJsonl(prompts)));
  else throw noSuchFormat(to, "prompts from .json", [".csv", ".jsonl"]);
  return [summary(prompts) + leftOut(prompts)];
}

/** The prompts that fit a tokenizer, and how many do not. */
async function fittingFile(file: PromptFile, path: string, how: { readonly tokenizer?: Tokenizer }) {
  const prompts = file.prompts.map((prompt, i) => ({ prompt, where: `${path}: prompts[${i}]` }));
  const { source, note } = await fittingPrompts(
    { prompts, tokenLabels: null, wordPositions: {} },
    { ...how, padId: 0 },
  );
  return {
    file: { ...file, prompts: source.prompts.map(({ prompt }) => prompt) },
    left: note === undefined ? [] : [note],
  };
}

function leftOut(prompts: PromptFile): string {
  const fields = unplacedFields(prompts);
  return fields.length === 0 ? "" : `; the format has no place for ${fields.join(", ")}`;
}

async function tokenizerNamed(name: string, signal: AbortSignal) {
  return name === "gpt2" ? gpt2Tokenizer() : loadTokenizer(await resolveModelFolder(name, { signal }));
}

function describeCircuit(circuit: ScoredCircuit): string {
  return `${circuitOf(circuit).size} of ${circuit.graph.edgeCount} edges`;
}

function noSuchFormat(to: string, what: string, endings: readonly string[]): UsageError {
  return new UsageError(`${to}: ${what} can be written as ${endings.join(" or ")}. Choose such a name.`);
}
