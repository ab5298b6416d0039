import { type DType, MersenneTwister } from "@autocircuit/base";
import {
  type Autoencoders,
  isTranscoder,
  replacedPart,
  scope,
  Tensor,
  type TransformerConfig,
  type WeightProcessing,
} from "@autocircuit/native";
import { Adam } from "../training/adam.ts";
import { uniformNumbers } from "../training/uniform-numbers.ts";
import { trainedWidth } from "./training-memory.ts";

/** What autoencoders of all blocks are like before they are trained. */
export interface FreshAutoencoders {
  readonly input: Autoencoders["input"];
  /** Of each block. */
  readonly latents: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly dtype: DType;
}

/** Numbers of an autoencoder of one block. */
const PARTS = ["encode", "bias", "decode", "outBias"] as const;

/**
 * The parameters of autoencoders of all blocks, `a = relu(encode (x - outBias) + bias)` and `decode^T a + outBias`, each moved by Adam. A
 * transcoder's input is not shifted: it is of another place than its output.
 */
export class TrainedAutoencoders implements Disposable {
  readonly #input: Autoencoders["input"];
  /** Whether a norm lies before the MLPs. */
  readonly #normed: boolean;
  readonly #blocks: readonly Readonly<Record<(typeof PARTS)[number], Adam>>[];

  /** Encoders and decoders are drawn as PyTorch's `kaiming_uniform_` draws them, biases are zero. */
  constructor(config: TransformerConfig, { input, latents, learningRate, seed, dtype }: FreshAutoencoders) {
    const random = new MersenneTwister(seed);
    const width = trainedWidth(config, input);
    const uniform = (fanIn: number) =>
      uniformNumbers(random, { rows: latents, width, bound: Math.sqrt(6 / fanIn), dtype });
    const moved = (start: Tensor) => new Adam(start, { learningRate });
    this.#input = input;
    this.#normed = config.norm !== "none" && config.preNorm !== false;
    this.#blocks = Array.from({ length: config.layers }, () => ({
      encode: moved(uniform(width)),
      bias: moved(Tensor.zeros([latents], { dtype })),
      decode: moved(uniform(latents)),
      outBias: moved(Tensor.zeros([width], { dtype })),
    }));
  }

  /**
   * As they stand now: leaves for each number, and, made of these, the autoencoders as the engine takes them. All are the caller's, best of a
   * scope.
   */
  leaves(): {
    readonly leaves: readonly Tensor[];
    readonly autoencoders: Autoencoders;
    readonly made: readonly Tensor[];
  } {
    const shifts = !isTranscoder(this.#input);
    const each = this.#blocks.map((block) => {
      const leaves = PARTS.map((part) => block[part].parameter.requireGrad());
      const [encode, bias, decode, outBias] = leaves as [Tensor, Tensor, Tensor, Tensor];
      const shifted = shifts ? bias.sub(encode.matmul(outBias.unsqueeze(1)).squeeze(1)) : bias;
      return { leaves, made: { encode, bias: shifted, decode, outBias } };
    });
    return {
      leaves: each.flatMap(({ leaves }) => leaves),
      autoencoders: { input: this.#input, errors: false, blocks: each.map(({ made }) => made) },
      made: each.flatMap(({ made }) => PARTS.map((part) => made[part])),
    };
  }

  /** One step against gradients, in the order of the leaves. */
  step(gradients: readonly Tensor[]): void {
    const all = this.#blocks.flatMap((block) => PARTS.map((part) => block[part]));
    for (const [number, adam] of all.entries()) adam.step(gradients[number]!);
  }

  /** Copies for the caller. */
  result(errors: boolean, { centeredWrites, valueBiasesFolded, normsFolded }: WeightProcessing): Autoencoders {
    const madeFor = { centeredWrites, valueBiases: !valueBiasesFolded };
    return scope(() => {
      const { autoencoders } = this.leaves();
      const blocks = autoencoders.blocks.map((block) => {
        const { encode, bias, decode, outBias } = block!;
        return { encode: copy(encode), bias: copy(bias), decode: copy(decode), outBias: copy(outBias), ...madeFor };
      });
      // What the MLP's matrices read is behind the norm's weights, where it has them.
      const behindNorm = this.#input === "mlp_in" && this.#normed;
      return { ...autoencoders, errors, ...(behindNorm && { normWeights: !normsFolded }), blocks };
    });
  }

  [Symbol.dispose](): void {
    for (const block of this.#blocks) for (const part of PARTS) block[part][Symbol.dispose]();
  }
}

const copy = (tensor: Tensor): Tensor => tensor.detach().clone();

/** Sources of a graph in which autoencoders of one place stand in all blocks, without errors. */
export function sourcesWith(
  { layers, heads, attnOnly }: TransformerConfig,
  input: Autoencoders["input"],
  latents: number,
) {
  const mlp = attnOnly ? 0 : 1;
  const perBlock = { attention: latents + mlp, mlp: heads + latents, stream: heads + mlp + latents };
  return 1 + layers * perBlock[replacedPart(input)];
}
