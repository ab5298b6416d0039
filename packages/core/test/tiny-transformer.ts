import { MersenneTwister } from "@autocircuit/base";
import { setThreads, Tensor, Transformer, type TransformerConfig, type TransformerOptions } from "@autocircuit/native";

// Networks this small gain nothing from threads, and lose much where test files share the cores.
await setThreads(1);

/** A small causal transformer with LayerNorm and MLPs. */
export const tinyConfig: TransformerConfig = {
  layers: 2,
  dModel: 16,
  heads: 2,
  kvHeads: 2,
  dHead: 8,
  dMlp: 24,
  dVocab: 20,
  dVocabOut: 20,
  context: 12,
  norm: "layer",
  eps: 1e-5,
  attnOnly: false,
  parallel: false,
  causal: true,
  attnScale: Math.sqrt(8),
  positions: "learned",
  activation: "gelu_new",
  gated: false,
};

/** Which norms a transformer has weights of. */
export interface TinyNorms {
  postNorms?: boolean | undefined;
  mlpNormWeights?: readonly number[] | undefined;
}

/** A transformer with random weights; the same seed gives the same ones. */
export function tinyTransformer(
  changes: Partial<TransformerConfig> = {},
  seed = 1,
  { postNorms, mlpNormWeights, ...how }: TransformerOptions & TinyNorms = {},
): Transformer {
  const weights = tinyWeights(changes, seed, { postNorms, mlpNormWeights });
  const transformer = Transformer.create({ ...tinyConfig, ...changes }, weights, how);
  for (const weight of Object.values(weights)) weight.dispose();
  return transformer;
}

/** Its weights, which are the caller's. */
export function tinyWeights(
  changes: Partial<TransformerConfig>,
  seed: number,
  { postNorms, mlpNormWeights }: TinyNorms,
): Record<string, Tensor> {
  const config = { ...tinyConfig, ...changes };
  const { dModel, heads, kvHeads, dHead, dMlp, layers } = config;
  const random = new MersenneTwister(seed);
  const normal = () => {
    const [radius, turn] = [(random.next() + 1) / 2 ** 32, random.next() / 2 ** 32];
    return Math.sqrt(-2 * Math.log(radius)) * Math.cos(2 * Math.PI * turn);
  };
  const weights: Record<string, Tensor> = {};
  const make = (name: string, ...shape: number[]) => {
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    weights[name] = Tensor.from(
      Float32Array.from({ length: size }, () => 0.3 * normal()),
      { shape },
    );
  };
  make("embed.W_E", config.dVocab, dModel);
  if (config.positions === "learned") make("pos_embed.W_pos", config.context, dModel);
  for (let layer = 0; layer < layers; layer++) {
    const block = `blocks.${layer}`;
    make(`${block}.attn.W_Q`, heads, dModel, dHead);
    make(`${block}.attn.W_K`, kvHeads, dModel, dHead);
    make(`${block}.attn.W_V`, kvHeads, dModel, dHead);
    make(`${block}.attn.W_O`, heads, dHead, dModel);
    make(`${block}.attn.b_Q`, heads, dHead);
    // Families with a norm behind attention have no bias in front of it.
    if (postNorms) make(`${block}.ln1_post.w`, dModel);
    else make(`${block}.attn.b_O`, dModel);
    if (config.attnOnly) continue;
    if (mlpNormWeights) weights[`${block}.ln2.w`] = Tensor.from(Float32Array.from(mlpNormWeights));
    make(`${block}.mlp.W_in`, dModel, dMlp);
    make(`${block}.mlp.b_in`, dMlp);
    make(`${block}.mlp.W_out`, dMlp, dModel);
    make(`${block}.mlp.b_out`, dModel);
    if (postNorms) make(`${block}.ln2_post.w`, dModel);
  }
  make("unembed.W_U", dModel, config.dVocabOut);
  return weights;
}

/** Prompt pairs of random tokens that agree in their first `shared` tokens. */
export function randomPairs(count: number, length: number, shared = 0, seed = 2, vocabulary = tinyConfig.dVocab) {
  const random = new MersenneTwister(seed);
  const token = () => random.below(vocabulary);
  return Array.from({ length: count }, () => {
    const clean = Array.from({ length }, token);
    const corrupt = clean.map((id, position) =>
      position < shared ? id : (id + 1 + random.below(vocabulary - 1)) % vocabulary,
    );
    return { clean, corrupt, answers: [token()], wrongAnswers: [token()] };
  });
}

/** The values of a tensor, which is disposed. */
export async function values(tensor: Tensor): Promise<Float32Array> {
  const data = await tensor.data();
  tensor.dispose();
  return data as Float32Array;
}

/** Largest absolute difference of two arrays of equal length. */
export function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`${a.length} values compared with ${b.length}`);
  let largest = 0;
  for (let index = 0; index < a.length; index++) largest = Math.max(largest, Math.abs(a[index]! - b[index]!));
  return largest;
}
