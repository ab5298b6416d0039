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
  unplacedFields,
} from "@autocircuit/circuits";
import type { PromptFile, Rank } from "@autocircuit/core";
import { gpt2Tokenizer, loadTokenizer } from "@autocircuit/models";
import type { TransformerConfig } from "@autocircuit/native";
import { readModelConfig } from "../circuits/read-model-config.ts";
import type { Context } from "../context.ts";
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
}

/** Reads a circuit or prompts in one tool's format and writes them in another's. */
export async function convert(
  from: string,
  to: string,
  { size, rank, tokenizer, ...where }: ConvertCommandOptions,
  { print }: Context,
): Promise<void> {
  requireWritable(to);
  const given = where.model !== undefined || where.config !== undefined;
  const config = given ? await readModelConfig(where) : undefined;
  const graph = config && eapIgGraph(config);
  const input = await readInput(from, graph, { size, rank });
  if (size !== undefined && (input.kind !== "circuit" || input.format !== "scores"))
    throw new UsageError("--size chooses a circuit from scores; the input has none. Leave --size out.");
  if (rank !== undefined && size === undefined)
    throw new UsageError("--rank says which edges of scores a size takes: give --size too.");
  if (input.kind === "circuit") for (const note of input.notes) print(note);
  print(input.kind === "circuit" ? await writeCircuit(input, to, config) : await writePrompts(input, to, tokenizer));
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
  return `wrote ${to}: ${summary}, as EAP-IG and MIB read them${width}`;
}

async function writePrompts({ format, prompts }: PromptsInput, to: string, tokenizer?: string): Promise<string> {
  const summary = `wrote ${to}: ${prompts.prompts.length} prompt pairs`;
  if (format !== "autocircuit") {
    if (!to.endsWith(".json")) throw noSuchFormat(to, `prompts from .${format}`, [".json"]);
    await writeWhole(to, await synchronously(() => formatPromptFile(prompts)));
    return summary;
  }
  if (to.endsWith(".csv")) {
    const answers = tokenizer === undefined ? {} : { tokenizer: await tokenizerNamed(tokenizer) };
    await writeWhole(to, await synchronously(() => formatEapIgCsv(prompts, answers)));
  } else if (to.endsWith(".jsonl")) await writeWhole(to, await synchronously(() => formatEdgePruningJsonl(prompts)));
  else throw noSuchFormat(to, "prompts from .json", [".csv", ".jsonl"]);
  return summary + leftOut(prompts);
}

function leftOut(prompts: PromptFile): string {
  const fields = unplacedFields(prompts);
  return fields.length === 0 ? "" : `; the format has no place for ${fields.join(", ")}`;
}

async function tokenizerNamed(name: string) {
  return name === "gpt2" ? gpt2Tokenizer() : loadTokenizer(name);
}

function describeCircuit(circuit: ScoredCircuit): string {
  return `${circuitOf(circuit).size} of ${circuit.graph.edgeCount} edges`;
}

function noSuchFormat(to: string, what: string, endings: readonly string[]): UsageError {
  return new UsageError(`${to}: ${what} can be written as ${endings.join(" or ")}. Choose such a name.`);
}
