import { AutocircuitError, type DType, kind, signature } from "@autocircuit/base";
import { type BlockAutoencoder, scope, Tensor } from "@autocircuit/native";
import { type Decoder, decodeRows } from "./decoder.ts";
import { type Encoder, encodeRows } from "./encoder.ts";
import { engineBlock } from "./engine-block.ts";
import { requireFinite } from "./finite.ts";
import * as kinds from "./kinds.ts";
import type { MadeFor } from "./made-for.ts";
import { noNormalisation } from "./normalisations/normalisation.ts";
import { asRows } from "./rows.ts";

const checkEncode = signature("CrossLayerTranscoder.encode", { inputs: kinds.tensor });
const checkDecode = signature("CrossLayerTranscoder.decode", { latents: kinds.tensor, inputs: kinds.tensor });
const checkSkip = signature("CrossLayerTranscoder.skip", { inputs: kinds.tensor });
const checkReconstruct = signature("CrossLayerTranscoder.reconstruct", {
  inputs: kinds.tensor,
  targets: kind.optional(kinds.tensor),
});

/** One block of a cross-layer transcoder. A plain object, so that `scope` hands its tensors on. */
export interface CrossLayerParts {
  readonly encoder: Encoder;
  /** What its latents write to its own block, the next one, and so on to the last. */
  readonly decoders: readonly Decoder[];
  /** `[d_out]` */
  readonly outputBias: Tensor;
  /** `[d_in, d_out]`: from this block's input to this block's output. */
  readonly skip?: Tensor | undefined;
  /** See {@link fingerprintOf}. */
  readonly fingerprint?: string | undefined;
}

/** What a cross-layer transcoder makes of the activations of all blocks. */
export interface CrossLayerReconstruction {
  /** `[layers, ..., latents]` */
  readonly latents: Tensor;
  /** `[layers, ..., d_out]` */
  readonly reconstruction: Tensor;
  /** `[layers, ..., d_out]`, undefined where there is none. */
  readonly skip: Tensor | undefined;
  /** What it misses of the given outputs. */
  readonly error: Tensor | undefined;
}

/**
 * Transcoders of all blocks whose latents write to the output of their own block and of every later one.
 */
export class CrossLayerTranscoder implements Disposable {
  readonly path: string;
  /** What each block reads, in order. */
  readonly hooksIn: readonly string[];
  /** What each block replaces, in order. */
  readonly hooksOut: readonly string[];
  readonly modelName: string | undefined;
  /** How the weights of that model were processed. */
  readonly madeFor: MadeFor | undefined;
  readonly layers: number;
  readonly dIn: number;
  readonly dOut: number;
  /** Latents of each block. */
  readonly dSae: number;
  readonly dtype: DType;
  readonly #layers: readonly CrossLayerParts[];

  /** @internal */
  constructor(parts: CrossLayerSetParts) {
    const { path, hookIn, hookOut, modelName, layers } = parts;
    this.path = path;
    this.hooksIn = layers.map((_, block) => `blocks.${block}.${hookIn}`);
    this.hooksOut = layers.map((_, block) => `blocks.${block}.${hookOut}`);
    this.modelName = modelName;
    this.madeFor = parts.madeFor;
    this.layers = layers.length;
    const { encoder, decoders } = layers[0]!;
    [this.dIn, this.dSae] = encoder.weight.shape as [number, number];
    this.dOut = decoders[0]!.rows.shape[1]!;
    this.dtype = encoder.weight.dtype;
    this.#layers = layers;
  }

  /** In the field's words: `relu`, `jumprelu`, ... */
  get activation(): string {
    return this.#layers[0]!.encoder.activation.name;
  }

  /** Whether something goes from inputs to outputs that is no latent's. */
  get hasSkip(): boolean {
    return this.#layers.some(({ skip }) => skip !== undefined);
  }

  /**
   * Latents of each block's input.
   *
   * @param inputs `[layers, ..., d_in]`
   * @returns `[layers, ..., latents]`
   * @throws AutocircuitError `shape`, `not-finite`; `bad-input` for what is no tensor
   */
  async encode(inputs: Tensor): Promise<Tensor> {
    checkEncode({ inputs });
    return scope(async () => {
      await this.#check(inputs, this.dIn, "inputs");
      const latents = this.#layers.map(({ encoder }, block) =>
        encodeRows(encoder, this.#rows(inputs, block, this.dIn)),
      );
      return Tensor.stack(latents).reshape([...inputs.shape.slice(0, -1), this.dSae]);
    });
  }

  /**
   * What replaces each block's output: the sum of what the latents of this block and all earlier ones write to it, its bias and skip term.
   *
   * @param latents `[layers, ..., latents]`
   * @param inputs `[layers, ..., d_in]`, which the skip terms come from
   * @returns `[layers, ..., d_out]`
   * @throws AutocircuitError `shape`, `not-finite`; `bad-input` for what is no tensor
   */
  async decode(latents: Tensor, inputs: Tensor): Promise<Tensor> {
    checkDecode({ latents, inputs });
    return scope(async () => {
      await this.#check(inputs, this.dIn, "inputs");
      await this.#check(latents, this.dSae, "latents");
      const outputs: Tensor[] = [];
      for (const [to, { outputBias, skip }] of this.#layers.entries()) {
        let sum = skip ? this.#rows(inputs, to, this.dIn).matmul(skip).add(outputBias) : outputBias;
        for (let from = 0; from <= to; from++) {
          const decoder = this.#layers[from]!.decoders[to - from]!;
          sum = sum.add(await decodeRows(decoder, this.#rows(latents, from, this.dSae)));
        }
        outputs.push(sum);
      }
      return Tensor.stack(outputs).reshape([...inputs.shape.slice(0, -1), this.dOut]);
    });
  }

  /** The skip terms of inputs `[layers, ..., d_in]`; undefined where there are none. */
  async skip(inputs: Tensor): Promise<Tensor | undefined> {
    checkSkip({ inputs });
    if (!this.hasSkip) return undefined;
    return scope(async () => {
      await this.#check(inputs, this.dIn, "inputs");
      const terms = this.#layers.map(({ skip }, block) => {
        const rows = this.#rows(inputs, block, this.dIn);
        return skip ? rows.matmul(skip) : Tensor.zeros([rows.shape[0]!, this.dOut], { dtype: this.dtype });
      });
      return Tensor.stack(terms).reshape([...inputs.shape.slice(0, -1), this.dOut]);
    });
  }

  /**
   * Latents, reconstruction and error.
   *
   * @param inputs `[layers, ..., d_in]`
   * @param targets what the blocks put out, `[layers, ..., d_out]`; without it there is no error
   */
  async reconstruct(inputs: Tensor, targets?: Tensor): Promise<CrossLayerReconstruction> {
    checkReconstruct({ inputs, targets });
    return scope(async () => {
      const latents = await this.encode(inputs);
      const reconstruction = await this.decode(latents, inputs);
      const error = targets?.to(this.dtype).sub(reconstruction);
      return { latents, reconstruction, skip: await this.skip(inputs), error };
    });
  }

  /** One for each block as the engine takes it, see {@link engineAutoencoders}. @internal */
  toEngine({ autoencoderErrors: errors }: { autoencoderErrors: boolean }): readonly BlockAutoencoder[] {
    return this.#layers.map(({ encoder, decoders, outputBias, skip, fingerprint }, block) => {
      const [decoder, ...later] = decoders;
      const path = `${this.path}, block ${block}`;
      const normalisation = noNormalisation;
      const parts = { path, encoder, decoder: decoder!, later, outputBias, skip, normalisation, fingerprint };
      return engineBlock({ ...parts, madeFor: this.madeFor }, errors);
    });
  }

  dispose(): void {
    for (const { encoder, decoders, outputBias, skip } of this.#layers) {
      const { weight, bias, inputBias, activation } = encoder;
      const rows = decoders.map((decoder) => decoder.rows);
      for (const tensor of [weight, bias, inputBias, ...activation.parameters, ...rows, outputBias, skip])
        tensor?.dispose();
    }
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  async #check(tensor: Tensor, width: number, name: string): Promise<void> {
    const what = `${this.path}: \`${name}\``;
    if (tensor.shape.length < 2 || tensor.shape[0] !== this.layers || tensor.shape.at(-1) !== width) {
      throw new AutocircuitError(
        "shape",
        `${what} must be [${this.layers}, ..., ${width}] (a block each), but it is [${tensor.shape.join(", ")}].`,
      );
    }
    await requireFinite(tensor, what);
  }

  #rows(tensor: Tensor, block: number, width: number): Tensor {
    return asRows(tensor.select(0, block), width, this.dtype, `${this.path}: block ${block}`).matrix;
  }
}

/** All blocks, and what they read and replace inside a block. */
export interface CrossLayerSetParts {
  readonly path: string;
  readonly hookIn: string;
  readonly hookOut: string;
  readonly modelName?: string | undefined;
  readonly madeFor: MadeFor;
  readonly layers: readonly CrossLayerParts[];
}
