import type { Graph, PatchableModel, PromptBatch, PromptLoader } from "@autocircuit/core";
import type { ExpectedTensors } from "../read-safetensors.ts";
import type { Recorder } from "../recorder.ts";
import type { ExpectedVariant } from "./expected-case.ts";

/** One graph of a case, ready to be checked. */
export interface Variant {
  /** `edges`, `edges-by-token`, ... */
  name: string;
  model: PatchableModel;
  graph: Graph;
  prompts: PromptLoader;
  /** First batch: single-batch results use it. */
  first: PromptBatch;
  expected: ExpectedVariant;
  tensors: ExpectedTensors;
  /** Its names start with the variant's. */
  recorder: Recorder;
}

/** The expected tensors below `section`, e.g. the ablation types below `src_ablations`: their next name parts, without repeats. */
export function partsBelow({ name, tensors }: Variant, section: string): string[] {
  const prefix = `${name}/${section}/`;
  return [...new Set(tensors.names(prefix).map((tensor) => tensor.slice(prefix.length).split("/")[0] as string))];
}
