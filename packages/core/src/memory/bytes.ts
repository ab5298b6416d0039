import { type ComputeDType, elementBytes, sourceRows, type Tensor, type TransformerConfig } from "@autocircuit/native";
import type { Graph } from "../graph/graph.ts";
import { graphSize } from "../graph/graph-size.ts";
import { firstLatentRow, type LatentPlace } from "../model/latents.ts";
import type { SizedModel } from "../model/sized-model.ts";
import { memoryBudgets } from "./budgets.ts";

/** What decides how much memory a model's passes take. */
export type PassWidths = Pick<SizedModel, "graph" | "config" | "computeDtype">;

/** What the outputs of all sources may take on a device, in bytes, for prompts that are run together, where nothing else is asked for. */
export function usualSliceBytes(device: string): number {
  return device === "cpu" ? memoryBudgets.slice : memoryBudgets.deviceSlice;
}

/** What so many sources write at so many tokens, in bytes. */
function sourceBytes(
  rows: number,
  { config, computeDtype }: Pick<PassWidths, "config" | "computeDtype">,
  tokens: number,
): number {
  return rows * tokens * config.dModel * elementBytes(computeDtype);
}

/** What an ablation takes for each of its prompts of so many positions, in bytes: as much as the outputs of all sources. */
export function ablationBytes(model: PassWidths, positions: number): number {
  return sourceBytes(sourceRows(model.graph.toNative(), model.config), model, positions);
}

/** Latents are kept as they are: what gradients hold besides, see {@link usualSliceBytes}, is of the other sources. */
const LATENT_SHARE = 0.25;

/** Sources as slices count them. */
function slicedSources({ graph, config }: PassWidths): number {
  const ordinary = graph.config.latents ? firstLatentRow(graph) : graph.sources.length;
  return ordinary + LATENT_SHARE * (sourceRows(graph.toNative(), config) - ordinary);
}

/** What the outputs of all sources take for one prompt of so many positions, in bytes, as slices are counted. */
export function bytesPerPrompt(model: PassWidths, positions: number): number {
  return sourceBytes(slicedSources(model), model, positions);
}

/** What the logits of a prompt take at so many output positions, in bytes. */
export function logitBytes({ config, computeDtype }: Omit<PassWidths, "graph">, outputs: number): number {
  return outputs * config.dVocabOut * elementBytes(computeDtype);
}

/** What a tensor takes that is there, in bytes. */
export function tensorBytes({ size, dtype }: Pick<Tensor, "size" | "dtype">): number {
  return size * elementBytes(dtype);
}

/** What a patched pass of a whole graph holds at its height, part by part, in bytes. */
export interface PassParts {
  /** The outputs of all sources, `[source, batch, position, dModel]`. */
  readonly sourceOutputs: number;
  /** Attention scores and patterns of one block. */
  readonly attention: number;
  /** The widest other activations of one block: an input per head for queries, keys and values, or the MLP. */
  readonly block: number;
  /** Logits at the positions that count. */
  readonly logits: number;
}

/** A pass by its sizes. */
export interface PassSizes {
  readonly promptCount: number;
  readonly positions: number;
  readonly dtype: ComputeDType;
  /** Positions of each prompt with logits. Default all. */
  readonly outputs?: number | undefined;
  /** Sources of the graph. Default those of the model's own, factorised and without latents. */
  readonly sourceCount?: number | undefined;
}

/** The parts for so many prompts of so many positions, by a transformer's configuration alone: nothing has to be loaded. */
export function passParts(
  config: TransformerConfig,
  { promptCount, positions, dtype, outputs = positions, sourceCount = graphSize(config).sourceCount }: PassSizes,
): PassParts {
  const element = elementBytes(dtype);
  const { heads, kvHeads, dModel, dMlp } = config;
  const tokens = promptCount * positions;
  return {
    sourceOutputs: sourceBytes(sourceCount, { config, computeDtype: dtype }, tokens),
    attention: 2 * promptCount * heads * positions * positions * element,
    block: tokens * Math.max((heads + 2 * kvHeads) * dModel, dMlp * (config.gated ? 3 : 2)) * element,
    logits: logitBytes({ config, computeDtype: dtype }, promptCount * outputs),
  };
}

/** What a patched pass of one prompt takes besides weights and ablation, in bytes, at so many output positions: the sum of {@link passParts}. */
export function passBytes(model: PassWidths, positions: number, outputs: number): number {
  const sizes = { promptCount: 1, positions, outputs, dtype: model.computeDtype, sourceCount: slicedSources(model) };
  const { sourceOutputs, attention, block, logits } = passParts(model.config, sizes);
  return sourceOutputs + attention + block + logits;
}

/** Prompts that circuits run on together. */
export interface PromptSizes {
  readonly size: number;
  readonly seqLen: number;
}

/**
 * What a circuit takes that runs beside others, in bytes: its pass, with the sources' deltas twice, since output positions may have their own. Its
 * logits are none: outputs are compared in pieces.
 */
export function comparedCircuitBytes(model: PassWidths, { size, seqLen }: PromptSizes): number {
  return size * (passBytes(model, seqLen, 0) + bytesPerPrompt(model, seqLen));
}

/** What a circuit takes of which answers are counted, in bytes: its pass, with logits at so many positions of each prompt, and its mask. */
export function answeringCircuitBytes(model: PassWidths, { size, seqLen }: PromptSizes, outputs: number): number {
  return size * passBytes(model, seqLen, outputs) + maskBytes(model.graph.edgeCount, model.computeDtype);
}

/** An autoencoder by its sizes. */
export interface AutoencoderSize extends LatentPlace {
  readonly dIn: number;
  readonly dOut: number;
  /** Decoders: 1, or of a cross-layer transcoder's block one for each block that it writes to. */
  readonly decoders: number;
}

/** What autoencoders take in memory, in bytes: encoders, decoders, and a bias and perhaps a threshold for each latent. */
export function autoencoderBytes(sizes: readonly AutoencoderSize[], dtype: ComputeDType): number {
  const numbers = sizes.map(({ count, dIn, dOut, decoders }) => count * (dIn + dOut * decoders + 2) + dOut);
  return numbers.reduce((sum, size) => sum + size, 0) * elementBytes(dtype);
}

/** Numbers for each that is trained: itself, Adam's two means, its gradient. */
const NUMBERS_A_TRAINED = 4;

/** What autoencoders take while they are trained, in bytes, beside the activations of their latents. */
export function trainedAutoencoderBytes(sizes: readonly AutoencoderSize[], dtype: ComputeDType): number {
  return NUMBERS_A_TRAINED * autoencoderBytes(sizes, dtype);
}

/** For each latent that is active at a token: two places, its values, and what is gathered of the mask for it. */
const BYTES_AN_ACTIVE_LATENT = 40;

/**
 * What the activations of so many latents take at so many tokens, in bytes: those of the run, those of the ablation, and lists of the active ones.
 *
 * @param active latents that are active at a token
 */
export function latentBytes(latents: number, tokens: number, dtype: ComputeDType, active = 0): number {
  return (2 * latents * elementBytes(dtype) + active * BYTES_AN_ACTIVE_LATENT) * tokens;
}

/** For each node with its name, and what is not yet collected of others like it. */
const BYTES_A_NODE = 600;

/** What a graph takes in the memory of the machine, in bytes, beside its edges: much only where latents are many, and in narrow models most of all. */
export function graphBytes({ sources, destinations }: Graph): number {
  return BYTES_A_NODE * (sources.length + destinations.length);
}

/** Numbers for each edge in a pass with gradients: the mask as given, where the network computes and of ordinary sources, the gradients of each; and its score. */
const NUMBERS_AN_EDGE = 7;

/** What masks over so many edges take with their gradients, and the scores that come of them, in bytes. Small but for graphs of latents. */
export function maskBytes(edgeCount: number, dtype: ComputeDType): number {
  return NUMBERS_AN_EDGE * edgeCount * elementBytes(dtype);
}

/** What the scores of so many edges take, in bytes: they are float32 wherever they were computed. */
export function scoreBytes(edgeCount: number): number {
  return edgeCount * elementBytes("float32");
}

/** How many prompts of so many positions run together, so that their sources take no more than `sliceBytes`. At least 1. */
export function promptsAtOnce(model: PassWidths & Pick<SizedModel, "sliceBytes">, positions: number): number {
  return Math.max(1, Math.floor(model.sliceBytes / bytesPerPrompt(model, positions)));
}
