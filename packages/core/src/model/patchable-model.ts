import { AutocircuitError, type DType, kind, signature } from "@autocircuit/base";
import {
  type Ablation,
  type Autoencoders,
  type ComputeDType,
  type Device,
  type ForwardResult,
  type Latents,
  scope,
  Tensor,
  type Transformer,
  type TransformerConfig,
} from "@autocircuit/native";
import type { AblationType } from "../ablations/ablation-type.ts";
import { ablationsOf } from "../ablations/ablations.ts";
import { requireCover } from "../ablations/require-cover.ts";
import { Graph } from "../graph/graph.ts";
import { type GraphConfig, graphKindOver } from "../graph/graph-config.ts";
import { ablationName, longOptions, promptLoader, tokens as tokensKind } from "../kinds.ts";
import { usualSliceBytes } from "../memory/bytes.ts";
import { sliceLimit } from "../memory/in-smaller-slices.ts";
import type { PromptLoader } from "../prompts/prompt-loader.ts";
import { realPositions } from "../prompts/real-positions.ts";
import type { Tokenizer } from "../prompts/tokenizer.ts";
import { Tokens } from "../prompts/tokens.ts";
import { type Activations, type ActivationsOptions, activationsOf, activationsOptions } from "./activations.ts";
import { edgeMask, requireBoth } from "./edge-mask.ts";
import { byPlace, latentPlaces } from "./latents.ts";
import type { LongOptions } from "./long-options.ts";
import {
  type ForwardOptions,
  forwardOptions,
  type ModelGraphOptions,
  modelGraphOptions,
  type PatchableModelOptions,
  patchableModelOptions,
  type RunOptions,
} from "./model-options.ts";
import type { ModelProcessing } from "./model-processing.ts";
import { type OutputSlice, type SlicePositions, slicePositions } from "./output-slice.ts";
import { putIn } from "./patched-text.ts";
import { requireFinite } from "./require-finite.ts";
import { wideLogits } from "./wide-logits.ts";

const checkModel = signature("PatchableModel", {}, patchableModelOptions);
const checkWithGraph = signature("PatchableModel.withGraph", {}, modelGraphOptions);
const checkWithAutoencoders = signature("PatchableModel.withAutoencoders", {
  autoencoders: kind.having("{ input, errors, blocks }", "input", "blocks"),
});
const checkForward = signature("PatchableModel.forward", { tokens: tokensKind }, forwardOptions);
const checkRun = signature("PatchableModel.run", { tokens: tokensKind, request: kind.record });
const { start, signal } = forwardOptions;
const checkSourceOutputs = signature("PatchableModel.sourceOutputs", { tokens: tokensKind }, { start, signal });
const checkLatents = signature("PatchableModel.latents", { tokens: tokensKind }, { signal });
const checkActivations = signature(
  "PatchableModel.activations",
  { tokens: tokensKind, hooks: kind.listOf(kind.text) },
  activationsOptions,
);
const checkAblations = signature(
  "PatchableModel.ablations",
  { from: kind.either(tokensKind, promptLoader), type: ablationName },
  longOptions,
);

/**
 * A transformer with a graph of edges that can be patched, and the part of its output that counts.
 *
 * @example
 * const model = new PatchableModel({ transformer, outputSlice: "last_seq" });
 * using ablated = await model.ablations(batch.corrupt, "resample");
 * using logits = await model.forward(batch.clean, { ablate: ["A0.3->A1.2.Q"], ablation: ablated });
 */
export class PatchableModel implements Disposable {
  readonly transformer: Transformer;
  readonly config: TransformerConfig;
  readonly graph: Graph;
  readonly outputSlice: OutputSlice;
  /** Length of all prompts, or null if they may differ. */
  readonly seqLen: number | null;
  /** Number type of the weights. */
  readonly dtype: DType;
  readonly tokenizer: Tokenizer | null;
  /** Tokens that end a text. None where nothing says so. */
  readonly endTokens: ReadonlySet<number>;
  /** How its weights were processed as they were loaded; null where nothing says so. */
  readonly processing: ModelProcessing | null;
  /** What tells its weights from those of other models of its name; null where nothing says so, as for a transformer made by hand. */
  readonly fingerprint: string | null;
  readonly #sliceBytes: number;
  #ownsTransformer = true;

  /**
   * @throws AutocircuitError `bad-input` for a graph by token without `seqLen`, or a sequence longer than the model's context.
   */
  constructor(options: PatchableModelOptions) {
    checkModel({}, options);
    this.transformer = options.transformer;
    this.config = options.config ?? options.transformer.config;
    this.dtype = options.dtype ?? options.transformer.dtype;
    this.tokenizer = options.tokenizer ?? null;
    const end = this.tokenizer?.eosId ?? null;
    this.endTokens = new Set([...(options.endTokens ?? []), ...(end === null ? [] : [end])]);
    this.processing = options.processing ?? null;
    this.fingerprint = options.fingerprint ?? null;
    this.outputSlice = options.outputSlice ?? "last_seq";
    this.seqLen = options.seqLen ?? null;
    this.#sliceBytes = options.sliceBytes ?? usualSliceBytes(this.device);
    if (options.byToken && this.seqLen === null) {
      throw new AutocircuitError("bad-input", "A graph by token needs the length of the prompts: give `seqLen`.");
    }
    if (this.seqLen !== null && this.config.positions === "learned" && this.seqLen > this.config.context) {
      throw new AutocircuitError(
        "bad-input",
        `\`seqLen\` is ${this.seqLen}, but the model has ${this.config.context} positions.`,
      );
    }
    this.graph = Graph.of(withLatents(this.config, this.transformer.latents), {
      factorized: options.factorized ?? true,
      separateQkv: options.separateQkv ?? true,
      ungrouped: options.ungrouped ?? false,
      seqLen: options.byToken ? this.seqLen : null,
    });
  }

  /** Number type the engine computes in. */
  get computeDtype(): ComputeDType {
    return this.transformer.dtype;
  }

  /** Whether logits are less their mean over the vocabulary, as processed weights give them. Differences and probabilities are as stored. */
  get centeredLogits(): boolean {
    return this.processing?.steps.includes("centerUnembed") ?? false;
  }

  /** Where the engine computes. */
  get device(): Device {
    return this.transformer.device;
  }

  /** Bytes that the outputs of all sources may take for prompts that are run together; see `batchSlices`. Falls where memory ended. */
  get sliceBytes(): number {
    return Math.min(this.#sliceBytes, sliceLimit(this.transformer));
  }

  /**
   * The same network with another graph or output slice; what is not given stays. It shares the transformer, which goes
   * when the original model is disposed.
   */
  withGraph(options: ModelGraphOptions): PatchableModel {
    checkWithGraph({}, options);
    const derived = this.#derived(this.transformer, options);
    derived.#ownsTransformer = false;
    return derived;
  }

  #derived(transformer: Transformer, options: ModelGraphOptions): PatchableModel {
    const { config, dtype, processing, fingerprint, graph, outputSlice, seqLen, sliceBytes } = this;
    return new PatchableModel({
      ...{ transformer, config, dtype, processing, fingerprint },
      ...{ tokenizer: this.tokenizer ?? undefined, endTokens: [...this.endTokens] },
      ...graphKindOver(graph.config, options),
      byToken: options.byToken ?? graph.seqLen !== null,
      seqLen: options.seqLen === undefined ? seqLen : options.seqLen,
      ...{ outputSlice: options.outputSlice ?? outputSlice, sliceBytes: options.sliceBytes ?? sliceBytes },
    });
  }

  /**
   * Runs the model, with some edges ablated if asked. Logits are computed at the asked positions only.
   *
   * @param tokens `[B, P]`, such as `batch.clean`; a tensor of ids, int64, is tokens without padding and prefix.
   * @returns Logits `[B, vocabulary]` for a slice of one position, else `[B, positions, vocabulary]`; the caller disposes them. A model in
   *   half precision gives float32: sums over a vocabulary need more digits than it has.
   * @throws AutocircuitError `bad-input` if edges are given without values or values without edges; `unknown-name` for an
   *   unknown edge; `shape` for tokens or masks that do not fit the graph; `not-finite` for logits that are NaN or infinite; `aborted`.
   */
  async forward(tokens: Tokens | Tensor, options: ForwardOptions = {}): Promise<Tensor> {
    checkForward({ tokens }, options);
    const { ablate, ablation, from, signal } = options;
    requireBoth(ablate, ablation);
    const fitting = this.#fitting(tokens);
    const { positions, single } = this.outputPositions(fitting, options);
    const masking = ablate !== undefined ? edgeMask(this.graph, ablate, fitting.size) : undefined;
    try {
      const { logits } = await this.run(fitting, {
        ...pick(options, "start", "replace"),
        positions,
        ...(masking &&
          ablation && {
            patch: {
              graph: this.graph.toNative(),
              mask: masking.mask,
              ablation,
              ...pick(options, "directions", "ablationLeaf", "outputsLeaf", "rules"),
            },
          }),
        ...(from && { from }),
        ...(signal && { signal }),
      });
      try {
        await requireFinite(logits!, {
          model: this,
          tokens: fitting,
          patched: () => putIn(this.graph, ablate, options.replace),
        });
      } catch (error) {
        logits!.dispose();
        throw error;
      }
      const only = single ? logits!.select(1, 0) : logits!;
      if (only !== logits) logits!.dispose();
      return wideLogits(only);
    } finally {
      if (masking?.owned) masking.mask.dispose();
    }
  }

  /**
   * A pass with full choice of what to compute (source outputs, the residual stream, a run to start from, keys and values): the
   * engine's own request, with the tokens' padding and prefix and the graph filled in. The caller disposes what comes back.
   *
   * @param tokens `[B, P]`, as {@link forward} takes them.
   * @throws AutocircuitError `bad-input` for padding or a prefix in the request, which belong to the tokens; what the engine refuses
   */
  async run(tokens: Tokens | Tensor, request: RunOptions = {}): Promise<ForwardResult> {
    checkRun({ tokens, request });
    requireOnTokens(request);
    const { ids, size, seqLen, padding, prefix } = Tokens.of(tokens);
    if (request.patch) requireCover(request.patch.ablation, size, seqLen, padding);
    const pads =
      padding && Tensor.from(BigInt64Array.from(padding, BigInt), { shape: [padding.length], dtype: "int64" });
    try {
      return await this.transformer.forward({
        graph: this.graph.toNative(),
        ...request,
        tokens: ids,
        ...(pads && { padding: pads }),
        ...(prefix && { prefix }),
      });
    } finally {
      pads?.dispose();
    }
  }

  /**
   * What every source writes, `[S, B, P, D]`; the caller disposes it.
   *
   * @param tokens `[B, P]`, as {@link forward} takes them.
   */
  async sourceOutputs(
    tokens: Tokens | Tensor,
    options: Pick<ForwardOptions, "start" | "signal"> = {},
  ): Promise<Tensor> {
    checkSourceOutputs({ tokens }, options);
    const result = await this.run(this.#fitting(tokens), {
      ...pick(options, "start", "signal"),
      keepSources: true,
      logits: false,
    });
    return result.sourceOutputs!;
  }

  /**
   * The same network with sparse autoencoders of MLPs, of attention, of the residual stream or of several of these, whose latents are sources
   * of the graph: `MLP 2 Latent 17->A4.3.Q`, `Attention 2 Latent 17->A4.3.Q`, `Resid Post 2 Latent 17->A4.3.Q`. It shares the weights; each of
   * the two models is disposed for itself.
   *
   * @throws AutocircuitError `bad-input` where this model has autoencoders, no factorised graph, or computes in half precision; `shape`
   *   where they do not fit
   */
  withAutoencoders(autoencoders: Autoencoders): PatchableModel {
    checkWithAutoencoders({ autoencoders });
    const transformer = this.transformer.withAutoencoders(autoencoders);
    try {
      return this.#derived(transformer, {});
    } catch (error) {
      transformer.dispose();
      throw error;
    }
  }

  /**
   * Activations of latents, a tensor `[B, P, latents]` for each autoencoder in the order of `latentPlaces`, for each block where all MLPs have
   * one, 0 where a prompt is padded; the caller disposes them.
   *
   * @param tokens `[B, P]`, as {@link forward} takes them.
   * @throws AutocircuitError `bad-input` for a model without autoencoders
   */
  async latents(tokens: Tokens | Tensor, options: Pick<ForwardOptions, "signal"> = {}): Promise<readonly Tensor[]> {
    checkLatents({ tokens }, options);
    latentPlaces(this.graph);
    const { signal } = options;
    const asked = { latents: true, logits: false, ...(signal && { signal }) };
    const { latents: all } = await this.run(this.#fitting(tokens), asked);
    using packed = all!;
    return scope(() => {
      const real = realPositions(tokens);
      const latents = byPlace(this.graph, packed);
      // Passes compute something at padded positions as well, which is nothing of the prompt's.
      return real ? latents.map((of) => of.mul(real.to(of.dtype))) : latents;
    });
  }

  /**
   * What a pass, patched or not, computes at hook points: residual stream, queries, keys, values, attention patterns, neurons, norm
   * scales, by TransformerLens' names (see `hookNames`, which gives shapes). Nothing else of the pass is kept.
   *
   * @param tokens `[B, P]`, as {@link forward} takes them.
   * @returns a tensor for each name; `using`, or the caller, disposes them
   * @throws AutocircuitError `unknown-name` for a hook point that the model does not have; `bad-input` for one that has no value in a
   *   patched pass; `aborted`
   * @example
   * using seen = await model.activations(batch.clean, ["blocks.1.attn.hook_pattern"], { positions: [14] });
   * seen.of("blocks.1.attn.hook_pattern"); // [B, heads, 1, 15]
   */
  async activations(
    tokens: Tokens | Tensor,
    hooks: readonly string[],
    options: ActivationsOptions = {},
  ): Promise<Activations> {
    checkActivations({ tokens, hooks }, options);
    return activationsOf(this, this.#fitting(tokens), hooks, options);
  }

  /**
   * The values that ablated edges take; the caller disposes them.
   *
   * @param from The tokens whose run they are made from, `[B, P]`, or, for the means over a data set, its prompts
   *   (batch after batch, in constant memory).
   * @returns `[S, B, P, D]`, or `[S, 1, P, D]` where all examples share the values.
   * @throws AutocircuitError `bad-input` if the type needs a data set and tokens were given, or the other way round.
   */
  async ablations(
    from: Tokens | Tensor | PromptLoader,
    type: AblationType,
    options: LongOptions = {},
  ): Promise<Ablation> {
    checkAblations({ from, type }, options);
    return ablationsOf(this, from, type, options);
  }

  /** Frees the transformer, unless this model came from another one's {@link withGraph}. */
  dispose(): void {
    if (this.#ownsTransformer) this.transformer.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Where {@link forward} computes logits, and whether their dimension of positions falls away. */
  outputPositions(tokens: Tokens | Tensor, options: ForwardOptions = {}): SlicePositions {
    const { seqLen, padding, prefix } = Tokens.of(tokens);
    if (options.positions !== undefined) return { positions: options.positions, single: false };
    if (options.sliced === false)
      return { positions: Array.from({ length: seqLen }, (_, position) => position), single: false };
    return slicePositions(this.outputSlice, {
      seqLen,
      prefix: prefix?.seqLen ?? 0,
      padded: padding !== undefined,
    });
  }

  /** @throws AutocircuitError `shape` for tokens of other positions than a graph by token has */
  #fitting(given: Tokens | Tensor): Tokens {
    const tokens = Tokens.of(given);
    if (this.graph.seqLen === null || tokens.seqLen === this.graph.seqLen) return tokens;
    throw new AutocircuitError(
      "shape",
      `The graph is by token with ${this.graph.seqLen} positions, but the tokens have ${tokens.seqLen}.`,
    );
  }
}

/** The configuration of a network's graph, with the latents of its autoencoders. */
function withLatents(config: TransformerConfig, latents: Latents | undefined): GraphConfig {
  if (latents === undefined) return config;
  const { mlp, attention, stream, errors, numbers, fingerprint } = latents;
  const counts = { latents: mlp, attentionLatents: attention, streamLatents: stream };
  return { ...config, ...counts, latentErrors: errors, keptLatents: numbers, autoencoders: fingerprint };
}

/** What comes before tokens and beside them belongs to them: callers without types may still give it with the request. */
function requireOnTokens(request: object): void {
  const name = ["padding", "prefix"].find((option) => (request as Record<string, unknown>)[option] !== undefined);
  if (name === undefined) return;
  throw new AutocircuitError(
    "bad-input",
    `PatchableModel.run: \`${name}\` belongs to the tokens: give \`new Tokens(ids, { ${name} })\`.`,
  );
}

/** The fields that are there. */
function pick<T extends object, K extends keyof T>(from: T, ...keys: K[]): { [P in K]?: NonNullable<T[P]> } {
  const picked: { [P in K]?: NonNullable<T[P]> } = {};
  for (const key of keys) if (from[key] !== undefined) picked[key] = from[key]!;
  return picked;
}
