import { MersenneTwister } from "@autocircuit/base";
import {
  type Autoencoders,
  type AutoencodersOfPlace,
  type BlockAutoencoder,
  Tensor,
  type TransformerConfig,
} from "@autocircuit/native";

/** What the autoencoders of {@link tinyAutoencoders} are like. */
export interface TinyAutoencoders extends Pick<Autoencoders, "input" | "errors"> {
  /** Latents of each block; 0 for none. */
  counts?: readonly number[];
  activation?: "relu" | "topk" | "jumprelu";
  /** Transcoders whose latents write to the outputs of all later blocks too. */
  crossLayers?: boolean;
  /** Others of other places. */
  beside?: readonly Pick<TinyAutoencoders, "input" | "counts">[];
}

/** Random autoencoders in float64, of which about half the latents are active at a token; biases are not zero. */
export function tinyAutoencoders(
  { dModel, dMlp, heads, dHead }: TransformerConfig,
  { input, errors, counts, activation = "relu", crossLayers = false, beside }: TinyAutoencoders,
  seed = 3,
): Autoencoders {
  const random = new MersenneTwister(seed);
  const make = (scale: number, ...shape: number[]) => {
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    return Tensor.from(
      Float64Array.from({ length: size }, () => scale * (random.next() / 2 ** 31 - 1)),
      { shape },
    );
  };
  const ofPlace = (place: AutoencodersOfPlace["input"], latentCounts: readonly number[] = [9, 6]) => {
    const width = place === "mlp_post" ? dMlp : place === "z" ? heads * dHead : dModel;
    const later = (block: number) => latentCounts.slice(block + 1);
    const blocks = latentCounts.map((latents, block): BlockAutoencoder | null =>
      latents === 0
        ? null
        : {
            encode: make(0.5, latents, width),
            bias: make(0.2, latents),
            decode: make(0.4, latents, width),
            ...(crossLayers && place === input && { decodeLater: later(block).map(() => make(0.4, latents, width)) }),
            outBias: make(0.3, width),
            ...(activation === "topk" && { top: 3 }),
            ...(activation === "jumprelu" && { threshold: make(0.1, latents).abs() }),
          },
    );
    return { input: place, blocks };
  };
  return {
    ...ofPlace(input, counts),
    errors,
    ...(beside && { beside: beside.map((other) => ofPlace(other.input, other.counts)) }),
  };
}
