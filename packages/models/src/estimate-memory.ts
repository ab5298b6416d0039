import { type KindsOf, kind, signature } from "@autocircuit/base";
import { type AutoencoderSize, autoencoderBytes, graphSize, latentBytes, maskBytes } from "@autocircuit/core";
import { type ComputeDType, computeDTypes, elementBytes, type TransformerConfig } from "@autocircuit/native";
import { transformerConfig } from "./config-kind.ts";
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
  /** With autoencoders: their encoders and decoders. */
  readonly autoencoders?: number;
  /** With autoencoders: activations of their latents in the run and in the ablation, and lists of those that are active. */
  readonly latents?: number;
  /** With autoencoders: masks over the edges of latents, with gradients and scores. */
  readonly masks?: number;
  readonly total: number;
}

/** What else takes memory in a run, and in what it computes. */
export interface EstimateMemoryOptions {
  /** What it computes in, default float32. */
  readonly dtype?: ComputeDType | undefined;
  /** Autoencoders whose latents are sources. */
  readonly autoencoders?: readonly AutoencoderSize[] | undefined;
  /** With autoencoders: latents of all of them that are active at a token. Default 0: few. */
  readonly activeLatents?: number | undefined;
  /** With autoencoders: edges of the graph with their latents, those of all circuits that run at once. Default 0: none is patched. */
  readonly edges?: number | undefined;
}

const check = signature(
  "estimateMemory",
  {
    config: transformerConfig,
    batch: kind.count,
    seq: kind.count,
  },
  {
    dtype: kind.oneOf(computeDTypes),
    autoencoders: kind.listOf(kind.having("an autoencoder's sizes", "count", "dIn", "dOut", "decoders")),
    activeLatents: kind.whole,
    edges: kind.whole,
  } satisfies KindsOf<EstimateMemoryOptions>,
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
  options: EstimateMemoryOptions = {},
): MemoryEstimate {
  check({ config, batch, seq }, options);
  const { dtype = "float32", autoencoders, activeLatents, edges = 0 } = options;
  const element = elementBytes(dtype);
  const { heads, kvHeads, dModel, dMlp, dVocabOut } = config;
  const tokens = batch * seq;
  const weights = parameterCount(config) * element;
  const sources = graphSize(config).sources * tokens * dModel * element;
  const attention = 2 * batch * heads * seq * seq * element;
  const layer = tokens * Math.max((heads + 2 * kvHeads) * dModel, dMlp * (config.gated ? 3 : 2)) * element;
  const logits = tokens * dVocabOut * element;
  const total = weights + 2 * sources + attention + layer + logits;
  const plain = { weights, sources, ablation: sources, attention, layer, logits, total };
  if (autoencoders === undefined) return plain;
  const latents = autoencoders.reduce((sum, { count }) => sum + count, 0);
  const more = {
    autoencoders: autoencoderBytes(autoencoders, dtype),
    latents: latentBytes(latents, tokens, dtype, activeLatents),
    masks: maskBytes(edges, dtype),
  };
  return { ...plain, ...more, total: total + more.autoencoders + more.latents + more.masks };
}
