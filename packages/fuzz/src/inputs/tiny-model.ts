import { MersenneTwister } from "@autocircuit/base";
import { PatchableModel } from "@autocircuit/core";
import { type Autoencoders, setThreads, Tensor, Transformer, type TransformerConfig } from "@autocircuit/native";

/** A small causal transformer with LayerNorm and MLPs. */
export const tinyConfig: TransformerConfig = {
  layers: 2,
  dModel: 8,
  heads: 2,
  kvHeads: 2,
  dHead: 4,
  dMlp: 8,
  dVocab: 6,
  dVocabOut: 6,
  context: 6,
  norm: "layer",
  eps: 1e-5,
  attnOnly: false,
  parallel: false,
  causal: true,
  attnScale: 2,
  positions: "learned",
  activation: "gelu_new",
  gated: false,
};

/** Weights for {@link tinyConfig}, always the same. */
export function tinyWeights(): Record<string, Tensor> {
  const { layers, dModel, heads, dHead, dMlp, dVocab, context } = tinyConfig;
  const random = new MersenneTwister(1);
  const weights: Record<string, Tensor> = {};
  const make = (name: string, ...shape: number[]) => {
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    weights[name] = Tensor.from(
      Float32Array.from({ length: size }, () => random.next() / 2 ** 32 - 0.5),
      { shape },
    );
  };
  make("embed.W_E", dVocab, dModel);
  make("pos_embed.W_pos", context, dModel);
  for (let layer = 0; layer < layers; layer++) {
    for (const name of ["W_Q", "W_K", "W_V"]) make(`blocks.${layer}.attn.${name}`, heads, dModel, dHead);
    make(`blocks.${layer}.attn.W_O`, heads, dHead, dModel);
    make(`blocks.${layer}.mlp.W_in`, dModel, dMlp);
    make(`blocks.${layer}.mlp.W_out`, dMlp, dModel);
  }
  make("unembed.W_U", dModel, dVocab);
  return weights;
}

/** A model that is small enough to be run in a millisecond. */
export async function tinyModel(): Promise<PatchableModel> {
  // Networks this small gain nothing from threads.
  await setThreads(1);
  return new PatchableModel({ transformer: Transformer.create(tinyConfig, tinyWeights()) });
}

/** Autoencoders of its MLPs' outputs, of 3 latents each. */
export function tinyAutoencoders(): Autoencoders {
  const { layers, dModel } = tinyConfig;
  const block = () => ({
    encode: Tensor.full([3, dModel], 0.5),
    bias: Tensor.full([3], 0.1),
    decode: Tensor.full([3, dModel], 0.25),
    outBias: Tensor.zeros([dModel]),
  });
  return { input: "mlp_out", blocks: Array.from({ length: layers }, block) };
}
