import type { Edge } from "@autocircuit/core";
import type { HasGraph, KnownEdgesOptions } from "../edges/known-edges.ts";
import type { GeneratedPrompts, GeneratedTextPrompts } from "../prompts/prompt-file.ts";
import type { TextPromptsOptions } from "../prompts/text-prompts-options.ts";
import type { KnownCircuit, ReadyTask } from "../ready-task/ready-task.ts";

/** A circuit that was published for a model. */
export interface PublishedCircuit {
  /** Such as `ioi-edges`. */
  readonly name: string;
  /** What it is the circuit of. */
  readonly description: string;
  /** Model it belongs to. */
  readonly model: string;
  /** Paper, and whose edges. */
  readonly paper: string;
  /** Words whose positions it needs by token. */
  readonly words: readonly string[];
  /** Its edges in a graph of the model. */
  readonly edges: (target: HasGraph, options?: KnownEdgesOptions) => Edge[];
}

/** Makes a data set; the same seed makes the same one. */
export type DataSetGenerator = (options?: { seed?: number }) => GeneratedPrompts;

/** Makes a data set of text for a vocabulary. */
export type TextDataSetGenerator = (options?: TextPromptsOptions) => GeneratedTextPrompts;

/** What was published about one thing that models do: everything about it stands in one folder, and is known from here. */
export interface PublishedTask<Task extends ReadyTask = ReadyTask> {
  readonly tasks: readonly Task[];
  /** Its published circuits, for any model of the right shape. */
  readonly circuits: readonly PublishedCircuit[];
  /** What `datasets/` holds of it. */
  readonly dataSets: readonly DataSetGenerator[];
  /** Data sets of text that can be made for any vocabulary, by name. */
  readonly textDataSets: Readonly<Record<string, TextDataSetGenerator>>;
}

/** Published circuits under the short names that a task has for them. */
export function known(circuits: Readonly<Record<string, PublishedCircuit>>): Record<string, KnownCircuit> {
  return Object.fromEntries(
    Object.entries(circuits).map(([short, { description, paper, edges }]) => [
      short,
      { description, origin: paper, edges },
    ]),
  );
}

export const ACDC_PAPER = "Conmy et al. 2023, Towards Automated Circuit Discovery (arXiv:2304.14997)";
export const TRACR_PAPER = "Lindner et al. 2023, Tracr (arXiv:2301.05062)";
