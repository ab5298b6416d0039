import { AutocircuitError, kind, signature } from "@autocircuit/base";
import { abortable } from "./abort.ts";
import type { NativeBox, NativeResult, NativeTransformerOptions } from "./addon.ts";
import { guard, settle } from "./addon-errors.ts";
import { type Autoencoders, type Latents, latentsOf, nativeAutoencoders } from "./autoencoders.ts";
import { Boxed } from "./boxed.ts";
import { checkConfig } from "./check-config.ts";
import type { Device } from "./device.ts";
import { openDeviceNow } from "./devices/open-device.ts";
import { explained } from "./devices/out-of-memory.ts";
import type { ComputeDType } from "./dtype.ts";
import { checkRequest, type ForwardRequest, type ForwardResult, nativeRequest } from "./forward.ts";
import { KeptRun, Prefix } from "./kept.ts";
import { addon } from "./loader.ts";
import { Tensor } from "./tensor.ts";
import type { TransformerConfig } from "./transformer-config.ts";
import {
  checkedDType,
  checkTf32,
  type TransformerOptions,
  transformerOptions,
  usualDType,
} from "./transformer-options.ts";
import type { WeightProcessing } from "./weight-processing.ts";
import { checkWeights, type Weights } from "./weights.ts";

const checkWith = signature("Transformer.withAutoencoders", {
  autoencoders: kind.having("{ input, errors, blocks }", "input", "blocks"),
});

/** Where and how it computes. */
type TransformerFacts = Pick<Required<NativeTransformerOptions>, "device" | "dtype" | "tf32"> & {
  normsAttention: boolean;
};

const checkHeads = signature(
  "Transformer.headGradients",
  { block: kind.whole, gradient: kind.instance(Tensor, "a Tensor") },
  { z: kind.instance(Tensor, "a Tensor") },
);

const checkCreate = signature("Transformer.create", { config: kind.record, weights: kind.record }, transformerOptions);

/**
 * A transformer on LibTorch whose edges can be patched.
 *
 * @example
 * ```ts
 * using model = Transformer.create(config, weights);
 * using tokens = Tensor.from([[1, 2, 3]], { dtype: "int64" });
 * const { logits } = await model.forward({ tokens, positions: [2] });
 * ```
 */
export class Transformer extends Boxed {
  readonly config: TransformerConfig;
  /** Where it computes. */
  readonly device: Device;
  /** What it computes in. */
  readonly dtype: ComputeDType;
  /** Whether float32 products on a GPU round their factors to 10 bits. */
  readonly tf32: boolean;

  /** Whether a norm follows attention (Gemma 2, OLMo 2). */
  readonly normsAttention: boolean;

  /** Of a transformer with autoencoders: which latents stand among its sources. */
  readonly latents: Latents | undefined;

  private constructor(box: NativeBox, config: TransformerConfig, how: TransformerFacts, latents?: Latents) {
    super(box);
    this.config = config;
    this.device = how.device as Device;
    this.dtype = how.dtype;
    this.tf32 = how.tf32;
    this.normsAttention = how.normsAttention;
    this.latents = latents;
  }

  /**
   * Checks the weights' names, shapes and element types now, and on the executor that they are finite: a NaN or an
   * infinity is reported by `ready()` and `forward()`. The weights may be disposed afterwards.
   *
   * @throws AutocircuitError "bad-input" for the configuration and for a device that is none, "device" for one that does not work here,
   *   "unknown-name", "shape", "dtype", "disposed" for weights.
   */
  static create(config: TransformerConfig, weights: Weights, options: TransformerOptions = {}): Transformer {
    checkCreate({ config, weights }, options);
    checkConfig(config);
    checkWeights(config, weights);
    const dtype = checkedDType(options.dtype ?? usualDType(weights));
    const tf32 = options.tf32 ?? false;
    checkTf32(tf32, dtype);
    const how = { device: openDeviceNow(options.device), dtype, tf32 };
    const names = Object.keys(weights);
    const tensors = Object.values(weights).map((tensor) => tensor.handle);
    return new Transformer(
      guard(() => addon().createTransformer(config, names, tensors, how)),
      config,
      { ...how, normsAttention: names.some((name) => name.endsWith(".ln1_post.w")) },
    );
  }

  /**
   * The same network, whose MLPs, attention or residual stream are what sparse autoencoders make of them, so that latents are sources of its
   * graph. It shares the weights; each of the two is disposed for itself. The tensors may be disposed afterwards.
   *
   * @throws AutocircuitError "bad-input" for a transformer that has autoencoders or computes in half precision, and for what does not fit this one. Numbers that are not
   *   finite are reported by `ready()` and `forward()`.
   */
  withAutoencoders(autoencoders: Autoencoders): Transformer {
    checkWith({ autoencoders });
    if (this.latents)
      throw new AutocircuitError("bad-input", "This transformer has autoencoders: start from the one without.");
    if (this.dtype !== "float32" && this.dtype !== "float64") {
      throw new AutocircuitError(
        "bad-input",
        `A transformer with autoencoders computes in float32 or float64, and this one computes in ${this.dtype}: load the model in one of these.`,
      );
    }
    const latents = latentsOf(this.config, autoencoders);
    const box = guard(() => addon().withAutoencoders(this.box, nativeAutoencoders(autoencoders)));
    return new Transformer(box, this.config, this, latents);
  }

  /**
   * What its weights show of how they were processed before they came here: what autoencoders were made for, see `BlockAutoencoder`.
   *
   * @throws AutocircuitError as `ready`
   */
  async weightProcessing(): Promise<WeightProcessing> {
    return settle(guard(() => addon().weightProcessing(this.box)));
  }

  /**
   * Mean over dModel of what one unit of each latent writes: [positions or 1, latents], all blocks' side by side.
   *
   * @throws AutocircuitError "bad-input" without autoencoders
   */
  async decoderMeans(): Promise<Tensor> {
    return new Tensor(await settle(guard(() => addon().decoderMeans(this.box))));
  }

  /**
   * From the gradient of a loss by what the attention of a block adds to the residual stream to that by what each of its heads gives before its
   * output matrix (`blocks.L.attn.hook_z`), in a run whose edges are not patched: there the gradient of every head's own output is the same.
   *
   * @param gradient [B, P, dModel], such as the gradient that a patch's `outputsLeaf` has of any head of the block
   * @param options.z [B, P, heads, dHead] of that run; needed where a norm follows attention (Gemma 2, OLMo 2), which couples the heads
   * @returns [B, P, heads, dHead], of a transformer in half precision in float32; the caller disposes it
   * @throws AutocircuitError "bad-input" for a block that there is not, shapes that do not fit, a norm after attention without `z`, and where
   *   latents of autoencoders stand in the place of the block's heads
   *
   * @example
   * ```ts
   * using ofZ = await model.headGradients(0, Tensor.zeros([1, 3, model.config.dModel]));
   * ofZ.shape; // [1, 3, heads, dHead]
   * ```
   */
  async headGradients(block: number, gradient: Tensor, options: { z?: Tensor | undefined } = {}): Promise<Tensor> {
    checkHeads({ block, gradient }, options);
    return new Tensor(
      await settle(guard(() => addon().headGradients(this.box, block, gradient.handle, options.z?.handle))),
    );
  }

  /**
   * Waits until the weights were looked at.
   *
   * @throws AutocircuitError "bad-input" when one of them holds a NaN or an infinity.
   */
  async ready(): Promise<this> {
    await settle(guard(() => addon().transformerReady(this.box)));
    return this;
  }

  /**
   * Runs the network, patched or not, and gives what the request asks for.
   *
   * @throws AutocircuitError "shape", "dtype", "bad-input" (a token that is not in the vocabulary, a sequence longer
   * than the context), "disposed", "aborted", "out-of-memory".
   */
  async forward(request: ForwardRequest): Promise<ForwardResult> {
    checkRequest({}, request);
    const { signal } = request;
    try {
      return wrap(
        await abortable(signal, (token) => addon().forward(this.box, nativeRequest(this.config, request), token)),
        rowsOf(request),
      );
    } catch (error) {
      throw await explained(error, this.device);
    }
  }
}

/** Rows that a pass runs: those of its tokens, which a kept run repeats for each mask. */
function rowsOf({ tokens, from, patch }: ForwardRequest): number {
  const masks = from && patch?.mask.shape.length === 2 ? patch.mask.shape[0]! : 1;
  return tokens.shape[0]! * masks;
}

function wrap(native: NativeResult, rows: number): ForwardResult {
  return {
    ...(native.logits && { logits: new Tensor(native.logits) }),
    ...(native.activity && { activity: new Tensor(native.activity) }),
    ...(native.divergences && { divergences: new Tensor(native.divergences) }),
    ...(native.sourceOutputs && { sourceOutputs: new Tensor(native.sourceOutputs) }),
    ...(native.latents && { latents: new Tensor(native.latents) }),
    ...(native.resid && { resid: new Tensor(native.resid) }),
    ...(native.hooks && { hooks: native.hooks.map((value) => new Tensor(value)) }),
    ...(native.run && { run: new KeptRun(native.run) }),
    ...(native.prefix && { prefix: new Prefix(native.prefix, rows) }),
  };
}
