import { freemem } from "node:os";
import { type ComputeDType, elementBytes, sourceRows } from "@autocircuit/native";
import type { Graph } from "../graph/graph.ts";
import { firstLatentRow, type LatentPlace } from "../model/latents.ts";
import type { SizedModel } from "../model/sized-model.ts";

/** What decides how much memory a model's passes take. */
export type PassWidths = Pick<SizedModel, "graph" | "config" | "computeDtype">;

/**
 * What the outputs of all sources may usually take, in bytes, for prompts that are run together: 128 MiB. With
 * gradients a patched run holds about four times as much (ablation, differences, their gradients, one layer's inputs). 16 prompts of 15 tokens
 * stay whole in GPT-2 small.
 */
const USUAL_SLICE = 128 * 2 ** 20;

/** The same on a GPU, where a pass of few prompts costs as much as one of many: 1 GiB. */
const DEVICE_SLICE = 2 ** 30;

/** What the outputs of all sources may take on a device, in bytes, for prompts that are run together, where nothing else is asked for. */
export function usualSliceBytes(device: string): number {
  return device === "cpu" ? USUAL_SLICE : DEVICE_SLICE;
}

/** What an ablation takes for each of its prompts of so many positions, in bytes: as much as the outputs of all sources. */
export function ablationBytes({ graph, config, computeDtype }: PassWidths, positions: number): number {
  return sourceRows(graph.toNative(), config) * positions * config.dModel * elementBytes(computeDtype);
}

/** Latents are kept as they are: what gradients hold besides, see {@link usualSliceBytes}, is of the other sources. */
const LATENT_SHARE = 0.25;

/** What the outputs of all sources take for one prompt of so many positions, in bytes, as slices are counted. */
export function bytesPerPrompt({ graph, config, computeDtype }: PassWidths, positions: number): number {
  const ordinary = graph.config.latents ? firstLatentRow(graph) : graph.srcs.length;
  const rows = ordinary + LATENT_SHARE * (sourceRows(graph.toNative(), config) - ordinary);
  return rows * positions * config.dModel * elementBytes(computeDtype);
}

/** What a patched pass of one prompt takes besides weights and ablation, in bytes: its sources, the widest layer, and its logits. */
export function passBytes(model: PassWidths, positions: number, outputs: number): number {
  const { heads, dModel, dMlp = 0, dVocabOut } = model.config;
  const layer = positions * (4 * heads * dModel + 3 * dMlp);
  return bytesPerPrompt(model, positions) + (layer + outputs * dVocabOut) * elementBytes(model.computeDtype);
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
export function graphBytes({ srcs, dests }: Graph): number {
  return BYTES_A_NODE * (srcs.length + dests.length);
}

/** Numbers for each edge in a pass with gradients: the mask as given, where the network computes and of ordinary sources, the gradients of each; and its score. */
const NUMBERS_AN_EDGE = 7;

/** What masks over so many edges take with their gradients, and the scores that come of them, in bytes. Small but for graphs of latents. */
export function maskBytes(edges: number, dtype: ComputeDType): number {
  return NUMBERS_AN_EDGE * edges * elementBytes(dtype);
}

/** How many prompts of so many positions run together, so that their sources take no more than `sliceBytes`. At least 1. */
export function promptsAtOnce(model: PassWidths & Pick<SizedModel, "sliceBytes">, positions: number): number {
  return Math.max(1, Math.floor(model.sliceBytes / bytesPerPrompt(model, positions)));
}

/** Memory of this machine, or of the container, that can still be had, in bytes. */
export function availableMemory(): number {
  return process.availableMemory?.() ?? freemem();
}
