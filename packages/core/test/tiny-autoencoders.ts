import { MersenneTwister } from "@autocircuit/base";
import { type Autoencoders, type BlockAutoencoder, Tensor, type TransformerConfig } from "@autocircuit/native";

/** What the autoencoders of {@link tinyAutoencoders} are like. */
export interface TinyAutoencoders extends Pick<Autoencoders, "input" | "errors"> {
  /** Latents of each block. */
  counts?: readonly number[];
  activation?: "relu" | "topk" | "jumprelu";
}

/** Random autoencoders in float64, of which about half the latents are active at a token; biases are not zero. */
export function tinyAutoencoders(
  { dModel, dMlp }: TransformerConfig,
  { input, errors, counts = [9, 6], activation = "relu" }: TinyAutoencoders,
  seed = 3,
): Autoencoders {
  const random = new MersenneTwister(seed);
  const width = input === "mlp_post" ? dMlp : dModel;
  const make = (scale: number, ...shape: number[]) => {
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    return Tensor.from(
      Float64Array.from({ length: size }, () => scale * (random.next() / 2 ** 31 - 1)),
      { shape },
    );
  };
  const blocks = counts.map(
    (latents): BlockAutoencoder => ({
      encode: make(0.5, latents, width),
      bias: make(0.2, latents),
      decode: make(0.4, latents, width),
      outBias: make(0.3, width),
      ...(activation === "topk" && { top: 3 }),
      ...(activation === "jumprelu" && { threshold: make(0.1, latents).abs() }),
    }),
  );
  return { input, errors, blocks };
}
