import type { ModelSpec } from "../engine/specs.ts";
import type { HookedConfig } from "./hooked-config.ts";

/** What is run. The logits are those of the last position; `plain-all-positions` computes those of all. */
export type What = "plain" | "plain-all-positions" | "patched" | "edge-attribution" | "acdc";

/** Which model is measured: random weights in some shape, or a folder of a real one with random prompts. */
export type ModelSource =
  | {
      readonly spec: ModelSpec;
      readonly seed: number;
      /** Latents of a random autoencoder in the place of each block's MLP; none without it. */
      readonly latents?: number | undefined;
    }
  | { readonly folder: string; readonly promptCount: number; readonly seqLen: number };

/** Prompts as token ids. */
export interface CasePrompts {
  readonly clean: readonly (readonly number[])[];
  readonly corrupt: readonly (readonly number[])[];
  /** One each. */
  readonly answers: readonly (readonly number[])[];
  readonly wrongAnswers: readonly (readonly number[])[];
}

/** Destinations of one module: cells `[heads][sources]` of the flat edge vector, one group after the other. */
export interface CaseGroup {
  readonly module: string;
  readonly kind: string;
  readonly block: number;
  readonly heads: number;
  readonly sourceCount: number;
}

/** What a model is to the others: its shape, its graph, its weights in a file, and the prompts. */
export interface SharedModel {
  readonly hooked: HookedConfig;
  readonly groups: readonly CaseGroup[];
  readonly edgeCount: number;
  readonly prompts: CasePrompts;
  /** A safetensors file with the weights under TransformerLens' names. */
  readonly weights: string;
  /** Another with the autoencoders, `blocks.B.encode`, `bias` and `decode` as `[latents(, width)]`, where there are some. */
  readonly autoencoders?: string | undefined;
}

/** What a participant reads: everything that one comparison needs. */
export interface Case extends SharedModel {
  readonly model: ModelSource;
  readonly what: What;
  readonly threads: number;
  /** Edges of the flat vector that are patched. */
  readonly patched: readonly number[];
  /** Threshold of ACDC. */
  readonly tau: number;
  /** How many edges of ACDC another tool visits. */
  readonly acdcEdgeCount: number;
}
