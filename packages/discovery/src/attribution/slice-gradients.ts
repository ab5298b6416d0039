import { type PatchableModel, type PromptBatch, requireFinite, wideLogits } from "@autocircuit/core";
import { type Ablation, type BackwardRules, grad, scope, Tensor } from "@autocircuit/native";
import type { Loss } from "./losses.ts";

/** A run of the clean prompts at which gradients are taken. */
export interface GradientRun {
  /** What `Resid Start` writes, `[B or 1, P, D]`; default the embedding. It costs nothing, where a mask of its edges makes all inputs anew. */
  readonly start?: Tensor | undefined;
  /** How much of the ablation each edge takes. Default nothing: the clean run. */
  readonly mask?: Float32Array | undefined;
  /** Default that of the slice. */
  readonly ablation?: Ablation | undefined;
  /** What the gradient of each input is contracted with, `[S, B or 1, P, D]`; default ablated - current outputs. */
  readonly directions?: Tensor | undefined;
  /** What the backward pass holds constant. */
  readonly rules?: BackwardRules | undefined;
}

/** What some prompts give an algorithm to work with. Ablations that an output's gradient is asked for have a row for each prompt. */
export class SliceGradients {
  readonly model: PatchableModel;
  readonly slice: PromptBatch;
  readonly ablation: Ablation;
  readonly signal: AbortSignal | undefined;
  readonly #loss: Loss;
  readonly #perPrompt: boolean;
  #clean: Tensor | undefined;

  constructor(
    model: PatchableModel,
    slice: PromptBatch,
    how: { ablation: Ablation; loss: Loss; perPrompt: boolean; signal: AbortSignal | undefined },
  ) {
    this.model = model;
    this.slice = slice;
    this.ablation = how.ablation;
    this.signal = how.signal;
    this.#loss = how.loss;
    this.#perPrompt = how.perPrompt;
  }

  /** Sources' outputs in the clean run, `[S, B, P, D]`; one forward pass, once. */
  async clean(): Promise<Tensor> {
    this.#clean ??= await this.model.sourceOutputs(this.slice.clean, { signal: this.signal });
    return this.#clean;
  }

  /** Ablated - clean outputs, `[S, B, P, D]`. */
  async difference(): Promise<Tensor> {
    return this.ablation.sources.sub(await this.clean());
  }

  /** A point on the line from the clean embedding (0) to the ablated one (1), `[B, P, D]`. */
  async startAt(share: number, ablation: Ablation = this.ablation): Promise<Tensor> {
    const clean = (await this.clean()).select(0, 0);
    return share === 0 ? clean : scope(() => ablation.sources.select(0, 0).sub(clean).mul(share).add(clean));
  }

  /**
   * For every edge the sum over prompts and positions of <gradient of the destination's input, direction of the source>: `[E]`, the loss
   * a mean over the prompts; or per prompt `[B, E]`, each by its own loss.
   */
  async gradient(run: GradientRun): Promise<Tensor> {
    const { gradient } = await this.gradientWith(run, {});
    return gradient;
  }

  /** The same, with the sources' outputs in that very run, `[S, B, P, D]`, and the gradients of leaves. */
  async gradientWith(
    { start, mask, ablation = this.ablation, directions, rules }: GradientRun,
    { keepSources = false }: { keepSources?: boolean },
  ): Promise<{ gradient: Tensor; sourceOutputs?: Tensor }> {
    const { model, slice, signal } = this;
    const { tokens, positions, single } = { tokens: slice.clean, ...model.outputPositions(slice.clean) };
    const leaf = this.#maskLeaf(mask);
    const result = await model.run(tokens, {
      positions,
      keepSources,
      ...(start && { start }),
      patch: {
        graph: model.graph.toNative(),
        mask: leaf,
        ablation,
        ...(directions && { directions }),
        ...(rules && { rules }),
      },
      ...(signal && { signal }),
    });
    await requireFinite(result.logits!, { model, tokens, patched: () => patchedText({ start, mask }) });
    const logits = wideLogits(single ? result.logits!.select(1, 0) : result.logits!);
    const loss = this.#loss(logits);
    const total = this.#perPrompt ? loss.sum() : loss.mean();
    const [gradient] = grad(total, [leaf]);
    return { gradient: gradient!, ...(result.sourceOutputs && { sourceOutputs: result.sourceOutputs.detach() }) };
  }

  /**
   * The gradient of the loss at every source's output, `[S, B, P, D]`: the sum of those at all inputs that read it, whether they read the
   * output itself or what takes its place, or (`ownOnly`) the output itself alone. The loss is a mean over the prompts, or, where scores are per
   * prompt, each prompt's own.
   */
  async outputGradient({
    start,
    mask,
    ablation = this.ablation,
    rules,
    ownOnly = false,
  }: Omit<GradientRun, "directions"> & { ownOnly?: boolean }): Promise<Tensor> {
    const { model, slice, signal } = this;
    return scope(async () => {
      const leaf = (like: readonly number[]) => Tensor.zeros([...like], { dtype: this.#wide }).requireGrad();
      const outputsLeaf = leaf((await this.clean()).shape);
      const ablationLeaf = leaf(ablation.sources.shape);
      const run = { start, ablate: this.#maskLeaf(mask), ablation, outputsLeaf, ablationLeaf, rules, signal };
      const logits = await model.forward(slice.clean, run);
      const loss = this.#loss(logits);
      const [own, put] = grad(this.#perPrompt ? loss.sum() : loss.mean(), [outputsLeaf, ablationLeaf]);
      return ownOnly ? own! : own!.add(put!);
    });
  }

  /** What gradients are added up in: half precision is too coarse. */
  get #wide(): "float64" | "float32" {
    return this.model.computeDtype === "float64" ? "float64" : "float32";
  }

  #maskLeaf(mask: Float32Array | undefined): Tensor {
    const { edgeCount } = this.model.graph;
    const dtype = this.#wide;
    return scope(() => {
      const row = mask ? Tensor.from(mask, { shape: [edgeCount] }).to(dtype) : Tensor.zeros([edgeCount], { dtype });
      const rows = this.#perPrompt ? row.unsqueeze(0).expand([this.slice.size, edgeCount]).clone() : row;
      return rows.requireGrad();
    });
  }
}

/** What a run patches, for messages. */
function patchedText({ start, mask }: GradientRun): string {
  if (mask) return "with edges patched by a mask";
  return start ? "begun with another embedding" : "";
}
