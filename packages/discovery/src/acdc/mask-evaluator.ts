import { AutocircuitError } from "@autocircuit/base";
import type { PatchableModel, PromptBatch } from "@autocircuit/core";
import { type Ablation, type ForwardResult, type KeptRun, scope, Tensor } from "@autocircuit/native";
import { CircuitsInMemory } from "../speculation/circuits-in-memory.ts";
import { type AcdcTarget, Divergence } from "./divergence.ts";

/** What a {@link MaskEvaluator} compares, and on which prompts. */
export interface EvaluatorOptions {
  /** Its clean prompts are run. */
  readonly batch: PromptBatch;
  /** What ablated edges take; stays the caller's. */
  readonly ablation: Ablation;
  readonly target: AcdcTarget;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Measures how far circuits are from the full model on one batch. The unpatched run is kept: a circuit's run starts
 * where its first ablated edge ends, and several circuits run together as one batch.
 *
 * The batch is whole, and not in slices as `overPrompts` cuts it: what all circuits start from has to be there all the time, and takes
 * as much in slices. What memory decides here is how many circuits run together.
 */
export class MaskEvaluator implements Disposable {
  readonly #model: PatchableModel;
  readonly #options: EvaluatorOptions;
  readonly #divergence: Divergence;
  /** Undefined for graphs of nodes and behind a cached prefix, where the engine cannot start in the middle. */
  readonly #plain: KeptRun | undefined;
  readonly #circuits: CircuitsInMemory;

  private constructor(model: PatchableModel, options: EvaluatorOptions, divergence: Divergence, plain?: KeptRun) {
    this.#model = model;
    this.#options = options;
    this.#divergence = divergence;
    this.#plain = plain;
    // Prefixes of single prompts cannot be repeated, so there only one circuit runs at a time.
    this.#circuits = new CircuitsInMemory(options.batch.prefixShared ? undefined : 1);
  }

  /** Runs the full model. */
  static async start(model: PatchableModel, options: EvaluatorOptions): Promise<MaskEvaluator> {
    const { batch, signal } = options;
    using full = await model.forward(batch.clean, { signal });
    const divergence = new Divergence(full, options.target);
    if (!model.graph.factorized || batch.prefix !== null) return new MaskEvaluator(model, options, divergence);
    try {
      const { run } = await model.run(batch.clean, { keepRun: true, logits: false, ...(signal && { signal }) });
      return new MaskEvaluator(model, options, divergence, run);
    } catch (error) {
      divergence[Symbol.dispose]();
      throw error;
    }
  }

  /**
   * Divergences of several circuits from the full model, averaged over prompts and output positions.
   *
   * @param masks `count` rows of one number an edge, 1 where it is removed
   * @throws AutocircuitError `not-finite` when a divergence is NaN or infinite, naming prompt, edges and likely cause
   */
  async evaluate(masks: Float32Array, count: number): Promise<number[]> {
    const { edgeCount } = this.#model.graph;
    const values = await this.#circuits.run(count, async (first, some) => {
      const tried = masks.subarray(first * edgeCount, (first + some) * edgeCount);
      try {
        return await this.#divergences(tried, some);
      } catch (error) {
        if ((error as { code?: unknown }).code === "not-finite") await this.#findBroken(tried);
        throw error;
      }
    });
    const broken = values.findIndex((value) => !Number.isFinite(value));
    if (broken < 0) return values;
    return this.#explain(masks.subarray(broken * edgeCount, (broken + 1) * edgeCount), values[broken]!);
  }

  /** @throws AutocircuitError always: that of the circuit's logits where they are no numbers, which names a prompt, else of the divergence */
  async #explain(mask: Float32Array, value: number): Promise<never> {
    const { batch, ablation, signal, target } = this.#options;
    using _ = await this.#model.forward(batch.clean, { ablate: mask, ablation, signal });
    const removed = mask.indexOf(1);
    throw new AutocircuitError(
      "not-finite",
      `ACDC: the divergence (${target}) on the prompts of batch ${batch.index} is ${value} with ${mask.filter(Boolean).length} edges removed, the first ` +
        `${this.#model.graph.edge(removed)}. The logits are numbers, but so large that they cannot be compared in ` +
        `${this.#model.computeDtype}: check the weights and the ablation, or compute in float64.`,
    );
  }

  /** Runs circuits alone until the logits of one are no numbers. @throws AutocircuitError `not-finite` then, naming prompt, edges and cause */
  async #findBroken(masks: Float32Array): Promise<void> {
    const { batch, ablation, signal } = this.#options;
    const { edgeCount } = this.#model.graph;
    for (let at = 0; at < masks.length; at += edgeCount) {
      const ablate = masks.subarray(at, at + edgeCount);
      using _ = await this.#model.forward(batch.clean, { ablate, ablation, signal });
    }
  }

  async #divergences(masks: Float32Array, count: number): Promise<number[]> {
    const values = await scope(async () => {
      const mask = Tensor.from(masks, { shape: [count, this.#model.graph.edgeCount] });
      return this.#divergence.of(await this.#run(mask, count), count).data();
    });
    return Array.from(values, Number);
  }

  [Symbol.dispose](): void {
    this.#plain?.dispose();
    this.#divergence[Symbol.dispose]();
  }

  /** The batch under the first of `count` masks, then under the second, and so on. */
  #run(mask: Tensor, count: number): Promise<ForwardResult> {
    const { batch, ablation, signal } = this.#options;
    const tokens = this.#plain === undefined ? batch.clean.repeat(count) : batch.clean;
    return this.#model.run(tokens, {
      ...this.#divergence.request,
      positions: this.#model.outputPositions(batch.clean).positions,
      patch: { graph: this.#model.graph.toNative(), mask, ablation },
      ...(this.#plain && { from: this.#plain }),
      ...(signal && { signal }),
    });
  }
}
