import { createHash, type Hash } from "node:crypto";
import { scope, type Tensor } from "@autocircuit/native";
import type { Decoder } from "./decoder.ts";
import type { Encoder } from "./encoder.ts";
import type { Normalisation } from "./normalisations/normalisation.ts";

/** Latents whose rows are looked at, spread over all: files of gigabytes are not read as a whole, and others differ in each. */
const ROWS = 16;

/** What an autoencoder's numbers are told by: as its file has them, before anything is computed whose last digits depend on the processor. */
export interface Fingerprinted {
  readonly hooks: readonly string[];
  readonly encoder: Encoder;
  readonly decoders: readonly Decoder[];
  readonly outputBias: Tensor;
  readonly normalisation: Normalisation;
  /** See {@link processedFor}. */
  readonly processing: readonly string[];
}

/**
 * A short text that tells an autoencoder from others: of its hooks and settings, its biases and thresholds, some rows of its encoder and
 * decoders, and the processing of a model's weights that it was made for.
 */
export async function fingerprintOf(of: Fingerprinted): Promise<string> {
  const { hooks, encoder, decoders, outputBias, normalisation, processing } = of;
  const { weight, bias, inputBias, latentNorms, activation } = encoder;
  const hash = createHash("sha256");
  const { name, factor } = normalisation;
  const rescaled = latentNorms !== undefined;
  hash.update(JSON.stringify([hooks, activation.name, activation.count, rescaled, name, factor]));
  if (processing.length > 0) hash.update(JSON.stringify(processing));
  const latents = weight.shape[1]!;
  const some = [...new Set(Array.from({ length: ROWS }, (_, i) => Math.floor((i * latents) / ROWS)))];
  await scope(async () => {
    for (const vector of [bias, inputBias, ...(activation.stored ?? activation.parameters), outputBias])
      await update(hash, vector);
    await update(hash, weight.indexSelect(1, some));
    for (const { rows } of decoders) await update(hash, rows.indexSelect(0, some));
  });
  return hash.digest("hex").slice(0, 16);
}

async function update(hash: Hash, tensor: Tensor | undefined): Promise<void> {
  if (tensor === undefined) return void hash.update("-");
  hash.update(JSON.stringify(tensor.shape));
  const numbers = (await tensor.to("float32").data()) as Float32Array;
  hash.update(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
}
