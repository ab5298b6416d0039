import {
  type AblationType,
  dataSetSides,
  isOutOfMemory,
  type LongOptions,
  overBatch,
  overPrompts,
  type PatchableModel,
  type PromptBatch,
  type PromptLoader,
  throwIfAborted,
} from "@autocircuit/core";
import { correctByCircuit } from "@autocircuit/metrics";
import { type Ablation, scope, Tensor } from "@autocircuit/native";
import { CircuitsInMemory } from "../speculation/circuits-in-memory.ts";
import { heldAblations } from "./held-ablations.ts";
import { modelAnswers } from "./right-answers.ts";

/** A batch with the outputs that the full model gets right. */
interface JudgedBatch {
  readonly batch: PromptBatch;
  /** bool, `[1, batch]` or `[1, batch, positions]`. */
  readonly right: Tensor;
  /** Number of them. */
  readonly answers: number;
  /** What its ablated edges take, where it is held; no longer once memory has ended. */
  ablation: Ablation | undefined;
}

/**
 * Counts the answers that circuits keep. An answer counts where the full model is right: one of the answers has a logit
 * above all others of the vocabulary, as in the metric `correctPercent`. A circuit keeps it if that is still so with
 * every other edge ablated. With several output positions each counts by itself.
 *
 * Circuits are not counted by `overPrompts`: which batch comes next, and whether one does, follows from what was counted, and several circuits run
 * together on a whole batch, with an ablation that is held from call to call. A single one that does not fit so goes through its slices, by
 * `overBatch`.
 */
export class KeptAnswers implements Disposable {
  /** Answers that the full model gets right. */
  readonly answers: number;
  /** Outputs that were judged, right or wrong. */
  readonly outputs: number;
  readonly #model: PatchableModel;
  readonly #type: AblationType;
  /** The batch that decided last comes first: what fails mostly fails there again. */
  readonly #batches: JudgedBatch[];
  readonly #shared: Ablation | undefined;
  readonly #circuits = new CircuitsInMemory();
  readonly #onBatch: (() => void) | undefined;
  /** Of prompts whose prefixes are each one's own, which cannot be repeated. */
  readonly #alone = new CircuitsInMemory(1);

  private constructor(
    model: PatchableModel,
    type: AblationType,
    batches: JudgedBatch[],
    outputs: number,
    shared: Ablation | undefined,
    onBatch: (() => void) | undefined,
  ) {
    this.#onBatch = onBatch;
    this.#model = model;
    this.#type = type;
    this.#batches = batches;
    this.#shared = shared;
    this.outputs = outputs;
    this.answers = batches.reduce((sum, { answers }) => sum + answers, 0);
  }

  /**
   * Runs the full model on all prompts.
   *
   * @param options.onProgress told prompts
   * @param options.onBatch called whenever circuits were run on a batch
   */
  static async start(
    model: PatchableModel,
    prompts: PromptLoader,
    type: AblationType,
    { signal, onProgress, onBatch }: LongOptions & { readonly onBatch?: (() => void) | undefined } = {},
  ): Promise<KeptAnswers> {
    const shared = dataSetSides(type) && (await model.ablations(prompts, type, { signal }));
    const seqLen = prompts.batches[0]?.seqLen ?? 0;
    const holds = heldAblations(model, type, { promptCount: prompts.promptCount, seqLen }) > 0;
    const judged: JudgedBatch[] = [];
    let outputs = 0;
    try {
      for await (const ofBatch of overPrompts(model, prompts, { signal, onProgress })) {
        const { batch } = ofBatch;
        const right = await modelAnswers(model, ofBatch, signal);
        outputs += right.size;
        using count = right.sum();
        const ablation = holds ? await model.ablations(batch.corrupt, type, { signal }) : undefined;
        judged.push({ batch, right, answers: await count.item(), ablation });
      }
    } catch (error) {
      dispose(judged, shared);
      throw error;
    }
    return new KeptAnswers(model, type, judged, outputs, shared, onBatch);
  }

  /**
   * Answers kept by several circuits.
   *
   * @param masks `count` rows of one number an edge, 1 where it is ablated
   * @param atLeast a circuit that can no longer keep so many is given up: its number is then some number below
   */
  async count(masks: Float32Array, count: number, atLeast = 0, signal?: AbortSignal): Promise<number[]> {
    const edgeCount = this.#model.graph.edgeCount;
    const kept = new Array<number>(count).fill(0);
    let alive = Array.from(kept.keys());
    let left = this.answers;
    for (const judged of [...this.#batches]) {
      throwIfAborted(signal);
      const rows = new Float32Array(alive.length * edgeCount);
      alive.forEach((row, place) => {
        rows.set(masks.subarray(row * edgeCount, (row + 1) * edgeCount), place * edgeCount);
      });
      const found = await this.#countBatch(judged, rows, alive.length, signal);
      this.#onBatch?.();
      alive.forEach((row, place) => {
        kept[row]! += found[place]!;
      });
      left -= judged.answers;
      const before = alive.length;
      alive = alive.filter((row) => kept[row]! + left >= atLeast);
      if (alive.length < before) this.#toFront(judged);
      if (alive.length === 0) break;
    }
    return kept;
  }

  [Symbol.dispose](): void {
    dispose(this.#batches, this.#shared);
  }

  async #countBatch(
    judged: JudgedBatch,
    rows: Float32Array,
    count: number,
    signal: AbortSignal | undefined,
  ): Promise<number[]> {
    const { edgeCount } = this.#model.graph;
    const circuits = judged.batch.prefixShared ? this.#circuits : this.#alone;
    return circuits.run(count, async (first, some) => {
      const part = rows.subarray(first * edgeCount, (first + some) * edgeCount);
      return some > 1 ? this.#countTogether(judged, part, some, signal) : [await this.#countOne(judged, part, signal)];
    });
  }

  /** Answers of a batch that each of some circuits keeps, which run together on the whole batch. */
  async #countTogether(
    { batch, right, ablation }: JudgedBatch,
    rows: Float32Array,
    count: number,
    signal: AbortSignal | undefined,
  ): Promise<number[]> {
    const held = this.#shared ?? ablation;
    const values = held ?? (await this.#model.ablations(batch.corrupt, this.#type, { signal }));
    try {
      return await scope(async () => {
        const mask = Tensor.from(rows, { shape: [count, this.#model.graph.edgeCount] });
        const tokens = count === 1 ? batch.clean : batch.clean.repeat(count);
        const logits = await this.#model.forward(tokens, { ablate: mask, ablation: values, signal });
        const still = correctByCircuit(logits, batch.answers, count).logicalAnd(right);
        return still.reshape([count, -1]).sum(1).data();
      }).then((data) => Array.from(data, Number));
    } finally {
      if (held === undefined) values.dispose();
    }
  }

  /** Answers of a batch that one circuit keeps: with the ablation that is held, else in slices that fit into memory. */
  async #countOne(judged: JudgedBatch, ablate: Float32Array, signal: AbortSignal | undefined): Promise<number> {
    try {
      if (judged.ablation !== undefined) return (await this.#countTogether(judged, ablate, 1, signal))[0]!;
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      judged.ablation?.dispose();
      judged.ablation = undefined;
    }
    const { batch, right } = judged;
    return overBatch(this.#model, batch, { ablation: this.#shared ?? this.#type, signal }).fold(
      async (before: number | undefined, { slice, start, ablation }) => {
        const logits = await this.#model.forward(slice.clean, { ablate, ablation, signal });
        const still = correctByCircuit(logits, slice.answers, 1).logicalAnd(right.slice(1, start, start + slice.size));
        return (before ?? 0) + Number(await still.sum().item());
      },
    );
  }

  #toFront(judged: JudgedBatch): void {
    this.#batches.splice(this.#batches.indexOf(judged), 1);
    this.#batches.unshift(judged);
  }
}

function dispose(batches: readonly JudgedBatch[], shared: Ablation | undefined): void {
  shared?.dispose();
  for (const { right, ablation } of batches) {
    right.dispose();
    ablation?.dispose();
  }
}
