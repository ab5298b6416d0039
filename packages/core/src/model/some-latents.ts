import { type BlockAutoencoder, type Rivals, Tensor } from "@autocircuit/native";

/**
 * An autoencoder with some of its latents, which keep their numbers.
 *
 * @param kept where they stand now; where each position has its own, a list for each
 * @returns tensors of the caller's
 */
export function someLatents(
  { encode, bias, decode, decodeLater, outBias, threshold, top, rivals, latentNumbers, ...same }: BlockAutoencoder,
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
    ...(top && { top, rivals: rivalsOf({ encode, bias, rivals }, some) }),
    latentNumbers: byPosition ? numbers : numbers[0]!,
    ...same,
  };
}

/** All latents that there were before any was left out: the largest are looked for among them, as if none had been. */
function rivalsOf(
  { encode, bias, rivals }: Pick<BlockAutoencoder, "encode" | "bias" | "rivals">,
  some: (tensor: Tensor) => Tensor,
): Rivals {
  const again = (tensor: Tensor) => tensor.slice(0, 0, tensor.shape[0]!);
  const [latents] = encode.shape as [number];
  const whole = () =>
    Tensor.from(
      BigInt64Array.from({ length: latents }, (_, i) => BigInt(i)),
      { shape: [latents] },
    );
  return {
    encode: again(rivals?.encode ?? encode),
    bias: again(rivals?.bias ?? bias),
    places: some(rivals?.places ?? whole()),
  };
}
