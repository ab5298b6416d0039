import { AutocircuitError } from "@autocircuit/base";
import { type BlockAutoencoder, scope, type Tensor } from "@autocircuit/native";
import type { AutoencoderFacts } from "./autoencoder-facts.ts";
import type { AutoencoderParts } from "./autoencoder-parts.ts";
import type { Decoder } from "./decoder.ts";
import { whyNoSources } from "./why-no-sources.ts";

/** What the engine needs of an autoencoder's parts; of a cross-layer transcoder's block with decoders for later blocks. */
export interface EngineBlockParts extends Omit<AutoencoderParts, "hookIn" | "hookOut" | "modelName"> {
  /** What its latents write to the next block, and so on to the last. */
  readonly later?: readonly Decoder[] | undefined;
}

/** An autoencoder as the engine takes it. */
export interface LoadedBlock extends BlockAutoencoder {
  /** Its file has a skip connection, which is nothing of the engine's: it is part of what the latents leave out. */
  readonly skipInError?: true | undefined;
}

/** Whether an autoencoder, or some of its latents, came from a file with a skip connection. */
export function hadSkip(autoencoder: BlockAutoencoder): boolean {
  return (autoencoder as LoadedBlock).skipInError === true;
}

/**
 * Holds that the latents of an autoencoder can be a model's sources, as far as its settings tell.
 *
 * @param errors whether what it leaves out is kept: a skip connection is part of that
 * @throws AutocircuitError `bad-input` for what is no sum over latents
 */
export function requireSources(
  { path, hasSkip, notSources }: Pick<AutoencoderFacts, "path" | "hasSkip" | "notSources">,
  errors: boolean,
): void {
  if (notSources !== undefined) throw new AutocircuitError("bad-input", `${path}: ${notSources}`);
  if (!hasSkip || errors) return;
  throw new AutocircuitError(
    "bad-input",
    `${path}: a part of its output goes through no latent (its skip connection), and dropping errors would drop it. Keep errors: ` +
      "`autoencoderErrors: true`.",
  );
}

/**
 * One block's autoencoder as the engine takes it.
 *
 * @param errors whether what it leaves out is kept: a skip connection is part of that
 * @throws AutocircuitError `bad-input` for what is no sum over latents
 */
export function engineBlock(parts: EngineBlockParts, errors: boolean): LoadedBlock {
  const {
    path,
    encoder,
    decoder,
    later = [],
    outputBias,
    skip,
    normalisation,
    latentNumbers,
    fingerprint,
    madeFor,
  } = parts;
  requireSources(
    { path, hasSkip: skip !== undefined, notSources: whyNoSources({ ...encoder, normalisation }) },
    errors,
  );
  const { factor: scale = 1 } = normalisation;
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
    const decoded = ({ rows, factor }: Decoder): Tensor => {
      let decode = rows.to(dtype);
      if (factor !== undefined) decode = decode.mul(typeof factor === "number" ? factor : factor.unsqueeze(1));
      return (scale === 1 ? decode : decode.div(scale)).clone();
    };
    const outBias = scale === 1 ? outputBias : outputBias.div(scale);
    const folded = encoder.activation.asThreshold!(encode, bias, latents);
    return {
      ...{ encode: encode.clone(), bias: bias.clone(), decode: decoded(decoder), outBias: outBias.clone() },
      ...(later.length > 0 && { decodeLater: later.map(decoded) }),
      ...folded,
      ...(latentNumbers && { latentNumbers }),
      ...(fingerprint !== undefined && { fingerprint }),
      ...(skip && { skipInError: true }),
      ...(madeFor && { centeredWrites: madeFor.centeredWrites, valueBiases: madeFor.valueBiases }),
    };
  });
}
