import { AutocircuitError, type DType, kind, signature } from "@autocircuit/base";
import { type BlockAutoencoder, scope, type Tensor } from "@autocircuit/native";
import { AutoencoderFacts } from "./autoencoder-facts.ts";
import type { AutoencoderParts } from "./autoencoder-parts.ts";
import { decodeRows } from "./decoder.ts";
import { encodeRows } from "./encoder.ts";
import { engineBlock } from "./engine-block.ts";
import { requireFinite } from "./finite.ts";
import { hookPlace } from "./hooks.ts";
import * as kinds from "./kinds.ts";
import { asRows, type Rows } from "./rows.ts";

export type { AutoencoderParts };

const checkEncode = signature("Autoencoder.encode", { input: kinds.tensor });
const checkDecode = signature("Autoencoder.decode", { latents: kinds.tensor, input: kinds.tensor });
const checkSkip = signature("Autoencoder.skip", { input: kinds.tensor });
const checkReconstruct = signature("Autoencoder.reconstruct", {
  input: kinds.tensor,
  target: kind.optional(kinds.tensor),
});
const checkRows = signature("Autoencoder.decoderRows", { latents: kind.listOf(kind.whole) });

/** What an autoencoder makes of an activation. */
export interface Reconstruction {
  /** `[..., latents]` */
  readonly latents: Tensor;
  /** What replaces the activation: `[..., d_out]`, or `[..., heads, d_head]` as the input was. */
  readonly reconstruction: Tensor;
  /** The part of it that does not go through latents; undefined where there is none. */
  readonly skip: Tensor | undefined;
  /** What it misses: the activation at the output hook less the reconstruction. Undefined for transcoders that were not given it. */
  readonly error: Tensor | undefined;
}

/**
 * A sparse autoencoder of one activation, or a transcoder, which reads one and replaces another.
 *
 * @example
 * const [sae] = (await loadAutoencoders("gpt2-small-res-jb/blocks.8.hook_resid_pre")).autoencoders;
 * const { latents, error } = await sae!.reconstruct(activations); // [batch, position, d_model]
 */
export class Autoencoder extends AutoencoderFacts implements Disposable {
  readonly dtype: DType;
  /** What tells its numbers from those of others: scores of its latents are refused on another's. */
  readonly fingerprint: string | undefined;
  readonly #parts: AutoencoderParts;

  /** @internal */
  constructor(parts: AutoencoderParts) {
    super(parts);
    this.dtype = parts.encoder.weight.dtype;
    this.fingerprint = parts.fingerprint;
    this.#parts = parts;
  }

  /** Whether it replaces another activation than it reads. */
  get isTranscoder(): boolean {
    return this.hookIn !== this.hookOut;
  }

  /**
   * Latents of activations.
   *
   * @param input `[..., d_in]`; at `hook_z` also `[..., heads, d_head]`
   * @returns `[..., latents]`
   * @throws AutocircuitError `shape`, `not-finite`; `bad-input` for what is no tensor
   */
  async encode(input: Tensor): Promise<Tensor> {
    checkEncode({ input });
    return scope(async () => {
      const rows = await this.#inputRows(input);
      return this.#encode(rows);
    });
  }

  /**
   * What replaces the activation at the output hook, given latents: their rows, the bias, the skip term, with the normalisation undone.
   *
   * @param latents `[..., latents]`
   * @param input the activation that they are of: what the normalisation and the skip term come from
   * @returns `[..., d_out]`, or by heads as the input is
   * @throws AutocircuitError `shape`, `not-finite`; `bad-input` for what is no tensor
   */
  async decode(latents: Tensor, input: Tensor): Promise<Tensor> {
    checkDecode({ latents, input });
    return scope(async () => {
      const rows = await this.#inputRows(input);
      const { matrix, outer } = asRows(latents, this.dSae, this.dtype, `${this.path}: \`latents\``);
      if (outer.join() !== rows.outer.join()) {
        throw new AutocircuitError(
          "shape",
          `${this.path}: \`latents\` is [${latents.shape.join(", ")}], which does not fit \`input\` [${input.shape.join(", ")}].`,
        );
      }
      return this.#decode(matrix, rows);
    });
  }

  /**
   * The skip term of activations; undefined where there is none.
   *
   * @param input `[..., d_in]`
   * @returns `[..., d_out]`
   */
  async skip(input: Tensor): Promise<Tensor | undefined> {
    checkSkip({ input });
    return scope(async () => this.#skip(await this.#inputRows(input)));
  }

  /**
   * Latents, reconstruction and error of activations.
   *
   * @param input `[..., d_in]`; at `hook_z` also `[..., heads, d_head]`
   * @param target the activation at the output hook; for an autoencoder the input
   * @throws AutocircuitError `shape`, `not-finite`; `bad-input` for what is no tensor
   */
  async reconstruct(input: Tensor, target?: Tensor): Promise<Reconstruction> {
    checkReconstruct({ input, target });
    const aim = target ?? (this.isTranscoder ? undefined : input);
    return scope(async () => {
      const rows = await this.#inputRows(input);
      const latents = this.#encode(rows);
      const reconstruction = await this.#decode(latents.reshape([-1, this.dSae]), rows);
      if (aim !== undefined && aim.shape.join() !== reconstruction.shape.join()) {
        throw new AutocircuitError(
          "shape",
          `${this.path}: \`target\` must be [${reconstruction.shape.join(", ")}], but it is [${aim.shape.join(", ")}].`,
        );
      }
      const error = aim?.to(this.dtype).sub(reconstruction);
      return { latents, reconstruction, skip: this.#skip(rows), error };
    });
  }

  /**
   * The rows that latents write, before the normalisation is undone.
   *
   * @param latents their numbers
   * @returns `[count, d_out]`
   * @throws AutocircuitError `bad-input` for a number beyond the last latent
   */
  decoderRows(latents: readonly number[]): Tensor {
    checkRows({ latents });
    const wrong = latents.find((latent) => latent >= this.dSae);
    if (wrong !== undefined) {
      throw new AutocircuitError(
        "bad-input",
        `${this.path}: there is no latent ${wrong}; the last is ${this.dSae - 1}.`,
      );
    }
    return scope(() => {
      const { rows, factor } = this.#parts.decoder;
      const some = rows.indexSelect(0, latents).to(this.dtype);
      if (factor === undefined) return some;
      return some.mul(typeof factor === "number" ? factor : factor.indexSelect(0, latents).unsqueeze(1));
    });
  }

  /** The same as the engine takes it, see {@link engineAutoencoders}. @internal */
  toEngine({ autoencoderErrors: errors }: { autoencoderErrors: boolean }): BlockAutoencoder {
    return engineBlock(this.#parts, errors);
  }

  dispose(): void {
    const { encoder, decoder, outputBias, skip } = this.#parts;
    const { weight, bias, inputBias, latentNorms, activation } = encoder;
    const factor = typeof decoder.factor === "number" ? undefined : decoder.factor;
    const all = [
      weight,
      bias,
      inputBias,
      latentNorms,
      ...activation.parameters,
      decoder.rows,
      factor,
      outputBias,
      skip,
    ];
    for (const tensor of all) tensor?.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  async #inputRows(input: Tensor): Promise<Rows> {
    const byHead = hookPlace(this.hookIn).site === "z";
    const rows = asRows(input, this.dIn, this.dtype, `${this.path}: \`input\``, byHead);
    await requireFinite(rows.matrix, `${this.path}: \`input\``);
    return rows;
  }

  #encode({ matrix, outer }: Rows): Tensor {
    const { encoder, normalisation } = this.#parts;
    return encodeRows(encoder, normalisation.apply(matrix).input).reshape([...outer, this.dSae]);
  }

  async #decode(latents: Tensor, rows: Rows): Promise<Tensor> {
    const { decoder, outputBias, normalisation } = this.#parts;
    const written = await decodeRows(decoder, latents);
    const output = normalisation.apply(rows.matrix).undo(written.add(outputBias));
    const skip = this.#skipRows(rows);
    return this.#outputShape(skip ? output.add(skip) : output, rows);
  }

  #skip(rows: Rows): Tensor | undefined {
    const skip = this.#skipRows(rows);
    return skip && this.#outputShape(skip, rows);
  }

  #skipRows({ matrix }: Rows): Tensor | undefined {
    return this.#parts.skip && matrix.matmul(this.#parts.skip);
  }

  #outputShape(output: Tensor, { outer, inner }: Rows): Tensor {
    return output.reshape([...outer, ...(inner.length === 2 ? inner : [this.dOut])]);
  }
}
