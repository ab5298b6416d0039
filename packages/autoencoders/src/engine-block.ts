import { AutocircuitError } from "@autocircuit/base";
import { type BlockAutoencoder, scope } from "@autocircuit/native";
import type { AutoencoderParts } from "./autoencoder-parts.ts";

/**
 * One block's autoencoder as the engine takes it.
 *
 * @param errors whether what it leaves out is kept: a skip connection is part of that
 * @throws AutocircuitError `bad-input` for what is no sum over latents
 */
export function engineBlock(
  { path, encoder, decoder, outputBias, skip, normalisation }: AutoencoderParts,
  errors: boolean,
): BlockAutoencoder {
  const refuse = (what: string) => {
    throw new AutocircuitError(
      "bad-input",
      `${path}: its ${what}: what a latent writes is then no multiple of its activation alone.`,
    );
  };
  if (skip && !errors)
    throw new AutocircuitError(
      "bad-input",
      `${path}: a part of its output goes through no latent (its skip connection), and \`errors: false\` would drop it. Keep errors.`,
    );
  const { factor: scale = 1, name } = normalisation;
  if (name !== "none" && normalisation.factor === undefined) refuse(`inputs are normalised one by one (${name})`);
  const { dtype } = encoder.weight;
  const latents = encoder.weight.shape[1]!;
  return scope(() => {
    const zeros = encoder.weight.slice(0, 0, 1).squeeze(0).mul(0);
    const { inputBias, latentNorms } = encoder;
    let encode = encoder.weight.transpose(0, 1);
    let bias = encoder.bias ?? zeros;
    if (inputBias) bias = bias.sub(encode.matmul(inputBias.unsqueeze(1)).squeeze(1));
    if (scale !== 1) encode = encode.mul(scale);
    if (latentNorms) [encode, bias] = [encode.mul(latentNorms.unsqueeze(1)), bias.mul(latentNorms)];
    let decode = decoder.rows.to(dtype);
    const { factor } = decoder;
    if (factor !== undefined) decode = decode.mul(typeof factor === "number" ? factor : factor.unsqueeze(1));
    if (scale !== 1) decode = decode.div(scale);
    const outBias = scale === 1 ? outputBias : outputBias.div(scale);
    const folded = encoder.activation.asThreshold?.(encode, bias, latents);
    if (folded === undefined) return refuse(`activation is ${encoder.activation.name}`);
    return { encode: encode.clone(), bias: bias.clone(), decode: decode.clone(), outBias: outBias.clone(), ...folded };
  });
}
