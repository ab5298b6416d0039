import { type BlockAutoencoder, Tensor } from "@autocircuit/native";

/**
 * An autoencoder with some of its latents, which keep their numbers.
 *
 * @param kept where they stand now; where each position has its own, a list for each
 * @returns tensors of the caller's
 */
export function someLatents(
  { encode, bias, decode, decodeLater, outBias, threshold, top, latentNumbers, ...same }: BlockAutoencoder,
  kept: readonly (readonly number[])[],
  byPosition: boolean,
): BlockAutoencoder {
  const some = (tensor: Tensor) => {
    const rows = kept.map((latents) => tensor.indexSelect(0, latents));
    return byPosition ? Tensor.stack(rows) : rows[0]!;
  };
  const numbers = kept.map((latents) =>
    latents.map((latent) => (latentNumbers as readonly number[])?.[latent] ?? latent),
  );
  return {
    encode: some(encode),
    bias: some(bias),
    decode: some(decode),
    ...(decodeLater && { decodeLater: decodeLater.map(some) }),
    outBias: outBias.clone(),
    ...(threshold && { threshold: some(threshold) }),
    ...(top && { top: Math.min(top, kept[0]!.length) }),
    latentNumbers: byPosition ? numbers : numbers[0]!,
    ...same,
  };
}
