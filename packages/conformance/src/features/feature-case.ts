import { join } from "node:path";
import { AutocircuitError } from "@autocircuit/base";
import { type Graph, type PatchableModel, PromptLoader, type PromptPair } from "@autocircuit/core";
import { readJson } from "../check-patching.ts";
import { ExpectedTensors } from "../read-safetensors.ts";
import type { Recorder } from "../recorder.ts";

/** A graph of a feature's file: what all features have. */
export interface FeatureGraph {
  n_edges: number;
  seq_len: number | null;
  separate_qkv: boolean;
  factorized: boolean;
  modules: string[];
  srcs: [name: string, module: string, layer: number, head: number | null, index: number][];
}

/** A prompt pair of `inputs.json`, with its several answers. */
export type FeaturePrompt = Pick<PromptPair, "clean" | "corrupt" | "answers"> & {
  wrong_answers: PromptPair["wrongAnswers"];
  /** A number for each logit. */
  targets?: number[];
  answers_2?: number[];
  wrong_answers_3?: number[];
  answers_ragged?: number[];
  wrong_answers_ragged?: number[];
};

/** One graph of one feature, ready to be checked; `Expected` is what the feature's file says of it. */
export interface FeatureVariant<Expected> {
  name: string;
  model: PatchableModel;
  graph: Graph;
  expected: Expected & FeatureGraph;
  /** Names begin with the variant's. */
  tensors: ExpectedTensors;
  batchSize: number;
  inputs: { prompts: FeaturePrompt[]; shared_prefix?: { length: number; prompts: FeaturePrompt[] } };
  recorder: Recorder;
}

/** Reads a feature's file and calls back with every graph of it. */
export async function eachVariant<Expected>(
  path: string,
  feature: string,
  whole: PatchableModel,
  caseRecorder: Recorder,
  check: (variant: FeatureVariant<Expected>) => Promise<void>,
): Promise<void> {
  const tensors = new ExpectedTensors(join(path, `${feature}.safetensors`));
  const inputs = readJson(path, "inputs.json") as FeatureVariant<Expected>["inputs"];
  const file = readJson(path, `${feature}.json`) as {
    batch_size: number;
    variants: Record<string, Expected & FeatureGraph>;
  };
  for (const [name, expected] of Object.entries(file.variants)) {
    const recorder = caseRecorder.section(name);
    await recorder.attempt("graph", async () => {
      const { factorized, separate_qkv: separateQkv, seq_len: seqLen } = expected;
      const model = whole.withGraph({ factorized, separateQkv, byToken: seqLen !== null, seqLen });
      const { graph } = model;
      checkGraph(graph, expected, recorder);
      await check({ name, model, graph, expected, tensors, batchSize: file.batch_size, inputs, recorder });
    });
  }
}

/** Holds a graph against the reference's. */
export function checkGraph(graph: Graph, { n_edges, modules, srcs }: FeatureGraph, recorder: Recorder): void {
  const ours = graph.groups.map(({ module }) => module);
  recorder.equal("modules", ours, modules);
  recorder.equal("n_edges", graph.edgeCount, n_edges);
  const sources = graph.sources.map(({ name, module, layer, head, index }) => [name, module, layer, head, index]);
  recorder.equal("srcs", sources, srcs);
}

/** Which answers a check uses, by the names of `inputs.json`. */
export type AnswerSet = "answers" | "targets" | "answers_2" | "answers_ragged";

/** The prompts with some of their answers, in batches. */
export function promptsWith(prompts: readonly FeaturePrompt[], answers: AnswerSet, batchSize: number): PromptLoader {
  return new PromptLoader(
    prompts.map((prompt) => ({ clean: prompt.clean, corrupt: prompt.corrupt, ...answersOf(prompt, answers) })),
    { batchSize },
  );
}

function answersOf(prompt: FeaturePrompt, set: AnswerSet): Pick<PromptPair, "answers" | "wrongAnswers"> {
  const answers = prompt[set];
  if (answers === undefined) throw new AutocircuitError("bad-file", `A prompt of inputs.json has no "${set}".`);
  switch (set) {
    case "answers_2":
      return { answers, wrongAnswers: prompt.wrong_answers_3! };
    case "answers_ragged":
      return { answers, wrongAnswers: prompt.wrong_answers_ragged! };
    default:
      return { answers, wrongAnswers: prompt.wrong_answers };
  }
}

/** The expected tensors below `section`: their next name parts, without repeats. */
export function partsBelow(
  { name, tensors }: Pick<FeatureVariant<unknown>, "name" | "tensors">,
  section: string,
): string[] {
  const prefix = `${name}/${section}/`;
  return [...new Set(tensors.names(prefix).map((tensor) => tensor.slice(prefix.length).split("/")[0] as string))];
}

/** The score sets below `section`, by the rest of their names: those with a tensor for each module. */
export function setsBelow(
  { name, tensors, expected }: Pick<FeatureVariant<unknown>, "name" | "tensors" | "expected">,
  section: string,
): string[] {
  const prefix = `${name}/${section}/`;
  const [first] = expected.modules;
  return tensors
    .names(prefix)
    .filter((tensor) => tensor.endsWith(`/${first}`))
    .map((tensor) => tensor.slice(prefix.length, -first!.length - 1));
}
