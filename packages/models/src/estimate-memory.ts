import { type KindsOf, kind, signature } from "@autocircuit/base";
import {
  type AutoencoderSize,
  autoencoderBytes,
  latentBytes,
  maskBytes,
  type PassParts,
  passParts,
} from "@autocircuit/core";
import { type ComputeDType, computeDTypes, elementBytes, type TransformerConfig } from "@autocircuit/native";
import { transformerConfig } from "./config-kind.ts";
import { parameterCount } from "./parameter-count.ts";

/** What a patched run needs, in bytes. Estimates: allocators round up, kernels keep scratch space. */
export interface MemoryEstimate extends PassParts {
  /** Weights. */
  readonly weights: number;
  /** The ablation: as many values again. */
  readonly ablation: number;
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
  /** Positions of each prompt whose logits are computed. Default all. */
  readonly outputs?: number | undefined;
  /** Autoencoders whose latents are sources. */
  readonly autoencoders?: readonly AutoencoderSize[] | undefined;
  /** With autoencoders: latents of all of them that are active at a token. Default 0: few. */
  readonly activeLatents?: number | undefined;
  /** With autoencoders: edges of the graph with their latents, those of all circuits that run at once. Default 0: none is patched. */
  readonly edgeCount?: number | undefined;
}

const check = signature(
  "estimateMemory",
  {
    config: transformerConfig,
    batchSize: kind.count,
    seqLen: kind.count,
  },
  {
    dtype: kind.oneOf(computeDTypes),
    outputs: kind.whole,
    autoencoders: kind.listOf(kind.having("an autoencoder's sizes", "count", "dIn", "dOut", "decoders")),
    activeLatents: kind.whole,
    edgeCount: kind.whole,
  } satisfies KindsOf<EstimateMemoryOptions>,
);

/**
 * Estimates the memory of an edge-patched run, before anything is loaded.
 *
 * @param batchSize prompts at once
 * @param seqLen positions per prompt
 * @example
 * estimateMemory(config, 16, 15).total / 2 ** 20; // MiB
 */
export function estimateMemory(
  config: TransformerConfig,
  batchSize: number,
  seqLen: number,
  options: EstimateMemoryOptions = {},
): MemoryEstimate {
  check({ config, batchSize, seqLen }, options);
  const { dtype = "float32", outputs, autoencoders, activeLatents, edgeCount = 0 } = options;
  const weights = parameterCount(config) * elementBytes(dtype);
  const { sourceOutputs, ...pass } = passParts(config, { promptCount: batchSize, positions: seqLen, dtype, outputs });
  const { attention, block, logits } = pass;
  const total = weights + 2 * sourceOutputs + attention + block + logits;
  const plain = { weights, sourceOutputs, ablation: sourceOutputs, ...pass, total };
  if (autoencoders === undefined) return plain;
  const latents = autoencoders.reduce((sum, { count }) => sum + count, 0);
  const more = {
    autoencoders: autoencoderBytes(autoencoders, dtype),
    latents: latentBytes(latents, batchSize * seqLen, dtype, activeLatents),
    masks: maskBytes(edgeCount, dtype),
  };
  return { ...plain, ...more, total: total + more.autoencoders + more.latents + more.masks };
}
