import { AutocircuitError } from "@autocircuit/base";
import type { NativeAutoencoders } from "./addon.ts";
import { isFloating } from "./dtype.ts";
import type { PatchGraph } from "./patch-graph.ts";
import { Tensor } from "./tensor.ts";
import type { TransformerConfig } from "./transformer-config.ts";

/** One block's sparse autoencoder: `a = act(encode x + bias)`, and `decode^T a + outBias` in the place of x. All floating point. */
export interface BlockAutoencoder {
  /** `[latents, width]`, or `[positions, latents, width]` where each position has latents of its own; so too `bias` and `decode`. */
  readonly encode: Tensor;
  /** `[latents]` */
  readonly bias: Tensor;
  /** `[latents, width]` */
  readonly decode: Tensor;
  /** `[width]` */
  readonly outBias: Tensor;
  /** `[latents]`: latents at or below it are 0 (JumpReLU). Without it, negative ones are. */
  readonly threshold?: Tensor | undefined;
  /** All but the so many largest are 0 (TopK). */
  readonly top?: number | undefined;
}

/**
 * The autoencoders of all blocks of a transformer. Latent l writes `a[l]` times row l of the decoder to the residual stream.
 *
 * Where outputs of all sources are kept, `[sources, batch, positions, dModel]`, an MLP's row holds what its autoencoder leaves out (zeros
 * without `errors`), and behind the ordinary sources as many rows as are needed hold the activations of latents, all blocks' side by side,
 * dModel numbers a row.
 */
export interface Autoencoders {
  /**
   * What they read and replace: the MLP's output, of width dModel, or its neurons after their activation, of width dMlp. Transcoders read
   * `mlp_in`, what the MLP's own matrices read behind the norm, and replace the MLP's output.
   */
  readonly input: (typeof autoencoderInputs)[number];
  /** What an autoencoder leaves out is a source of its own, and the network computes what it did without; else it is dropped. Default true. */
  readonly errors?: boolean | undefined;
  /** One for each block. */
  readonly blocks: readonly BlockAutoencoder[];
}

/** Which latents stand among a transformer's sources. */
export interface Latents {
  /** How many there are in each block. */
  readonly counts: readonly number[];
  readonly errors: boolean;
  readonly input: Autoencoders["input"];
  /** Whether each position has latents of its own: prompts then have as many as there are. */
  readonly byPosition: boolean;
}

/** What autoencoders may read. */
export const autoencoderInputs = ["mlp_out", "mlp_post", "mlp_in"] as const;

type SourceCounts = Pick<PatchGraph, "sources" | "latents" | "errors">;

/** Rows of a tensor of all sources' outputs: those of latents lie behind the others', dModel of them in a row. */
export function sourceRows({ sources, latents, errors }: SourceCounts, { dModel }: { dModel: number }): number {
  if (!latents?.length) return sources;
  const all = latents.reduce((sum, count) => sum + count, 0);
  // Without errors an MLP keeps its row, of zeros.
  return sources - all + (errors ? 0 : latents.length) + Math.ceil(all / dModel);
}

const fields = ["encode", "bias", "decode", "outBias"] as const;

/**
 * Checks shapes and types of autoencoders against the transformer.
 *
 * @throws AutocircuitError "bad-input", "shape", "dtype" that names the block
 */
export function latentsOf(config: TransformerConfig, { input, errors = true, blocks }: Autoencoders): Latents {
  if (!autoencoderInputs.includes(input)) {
    const known = autoencoderInputs.map((name) => `"${name}"`).join(", ");
    throw new AutocircuitError("bad-input", `Autoencoders read one of ${known}, not ${JSON.stringify(input)}.`);
  }
  if (typeof errors !== "boolean") {
    throw new AutocircuitError(
      "bad-input",
      `Autoencoders: \`errors\` must be true or false, not ${JSON.stringify(errors)}.`,
    );
  }
  if (config.attnOnly) {
    throw new AutocircuitError(
      "bad-input",
      "This transformer has no MLPs: there is nothing for autoencoders to replace.",
    );
  }
  if (!Array.isArray(blocks) || blocks.length !== config.layers) {
    throw new AutocircuitError(
      "bad-input",
      `There must be one autoencoder for each of the ${config.layers} blocks, here are ${Array.isArray(blocks) ? blocks.length : 0}.`,
    );
  }
  const width = input === "mlp_post" ? config.dMlp : config.dModel;
  const counts = blocks.map((block, index) => checkedCount(block, index, width));
  return { counts, errors, input, byPosition: blocks.some(({ encode }) => encode.shape.length === 3) };
}

function checkedCount(block: BlockAutoencoder, index: number, width: number): number {
  const where = `The autoencoder of block ${index}`;
  for (const name of [...fields, "threshold"] as const) {
    const tensor = block?.[name];
    if (name === "threshold" && tensor === undefined) continue;
    if (!(tensor instanceof Tensor)) throw new AutocircuitError("bad-input", `${where} needs \`${name}\`, a Tensor.`);
    if (!isFloating(tensor.dtype))
      throw new AutocircuitError("dtype", `${where}: \`${name}\` must be floating point, got ${tensor.dtype}.`);
  }
  const { encode, bias, decode, outBias, threshold, top = 0 } = block;
  const outer = encode.shape.slice(0, -1);
  const latents = outer.at(-1);
  if (outer.length < 1 || outer.length > 2 || outer.includes(0) || encode.shape.at(-1) !== width) {
    throw new AutocircuitError(
      "shape",
      `${where} must have an encoder [latents, ${width}] or [positions, latents, ${width}] for this model, got [${encode.shape.join(", ")}].`,
    );
  }
  const shapes: [string, Tensor | undefined, readonly (number | undefined)[]][] = [
    ["bias", bias, outer],
    ["decode", decode, [...outer, width]],
    ["outBias", outBias, [width]],
    ["threshold", threshold, [latents]],
  ];
  for (const [name, tensor, shape] of shapes) {
    if (tensor === undefined || tensor.shape.join() === shape.join()) continue;
    throw new AutocircuitError(
      "shape",
      `${where}: \`${name}\` must be [${shape.join(", ")}], got [${tensor.shape.join(", ")}].`,
    );
  }
  if (!Number.isInteger(top) || top < 0 || top > latents!) {
    throw new AutocircuitError(
      "bad-input",
      `${where}: \`top\` must be a number of its ${latents} latents, got ${top}.`,
    );
  }
  return latents!;
}

/** Frees the tensors of autoencoders; transformers that have them keep their own. */
export function disposeAutoencoders({ blocks }: Autoencoders): void {
  for (const { encode, bias, decode, outBias, threshold } of blocks)
    for (const tensor of [encode, bias, decode, outBias, threshold]) tensor?.dispose();
}

/** The same as the addon reads it. */
export function nativeAutoencoders({ input, errors = true, blocks }: Autoencoders): NativeAutoencoders {
  return {
    input,
    errors,
    blocks: blocks.map(({ encode, bias, decode, outBias, threshold, top }) => ({
      encode: encode.handle,
      bias: bias.handle,
      decode: decode.handle,
      outBias: outBias.handle,
      threshold: threshold?.handle,
      top,
    })),
  };
}
