import { kind, signature } from "@autocircuit/base";
import { graphSize } from "@autocircuit/core";
import { type ComputeDType, computeDTypes, elementBytes, type TransformerConfig } from "@autocircuit/native";
import { parameterCount } from "./parameter-count.ts";

/** What a patched run needs, in bytes. Estimates: allocators round up, kernels keep scratch space. */
export interface MemoryEstimate {
  /** Weights. */
  readonly weights: number;
  /** The outputs of all sources, `[source, batch, position, dModel]`. */
  readonly sources: number;
  /** The ablation: as many values again. */
  readonly ablation: number;
  /** Attention scores and patterns of one layer. */
  readonly attention: number;
  /** The widest other activations of one layer: an input per head for queries, keys and values, or the MLP. */
  readonly layer: number;
  /** Logits at every position. */
  readonly logits: number;
  readonly total: number;
}

const check = signature(
  "estimateMemory",
  {
    config: kind.having("a transformer's configuration", "layers", "heads", "dModel"),
    batch: kind.count,
    seq: kind.count,
  },
  { dtype: kind.oneOf(computeDTypes) },
);

/**
 * Estimates the memory of an edge-patched run, before anything is loaded.
 *
 * @param batch prompts at once
 * @param seq positions per prompt
 * @example
 * estimateMemory(config, 16, 15).total / 2 ** 20; // MiB
 */
export function estimateMemory(
  config: TransformerConfig,
  batch: number,
  seq: number,
  options: { dtype?: ComputeDType } = {},
): MemoryEstimate {
  check({ config, batch, seq }, options);
  const element = elementBytes(options.dtype ?? "float32");
  const { heads, kvHeads, dModel, dMlp, dVocabOut } = config;
  const tokens = batch * seq;
  const weights = parameterCount(config) * element;
  const sources = graphSize(config).sources * tokens * dModel * element;
  const attention = 2 * batch * heads * seq * seq * element;
  const layer = tokens * Math.max((heads + 2 * kvHeads) * dModel, dMlp * (config.gated ? 3 : 2)) * element;
  const logits = tokens * dVocabOut * element;
  const total = weights + 2 * sources + attention + layer + logits;
  return { weights, sources, ablation: sources, attention, layer, logits, total };
}
