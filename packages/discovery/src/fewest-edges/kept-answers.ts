import {
  type AblationType,
  ablationBytes,
  availableMemory,
  dataSetSides,
  type PatchableModel,
  type PromptBatch,
  type PromptLoader,
  throwIfAborted,
} from "@autocircuit/core";
import { answerIndex } from "@autocircuit/metrics";
import { type Ablation, scope, Tensor } from "@autocircuit/native";

/**
 * Ablations of all batches are held if they fit in here; otherwise each is made again whenever it is needed, which takes as long as
 * running a larger circuit. On the CPU a quarter of what is free, within bounds.
 */
const [leastHeld, mostHeld] = [256 * 2 ** 20, 4 * 2 ** 30];

function heldBytes({ device }: PatchableModel): number {
  if (device !== "cpu") return leastHeld;
  return Math.max(leastHeld, Math.min(mostHeld, availableMemory() / 4));
}

/** A batch with the outputs that the full model gets right. */
interface JudgedBatch {
  readonly batch: PromptBatch;
  /** bool, `[1, batch]` or `[1, batch, positions]`. */
  readonly right: Tensor;
  /** Number of them. */
  readonly answers: number;
  readonly ablation: Ablation | undefined;
}

/**
 * Counts the answers that circuits keep. An answer counts where the full model is right: one of the answers has the
 * highest logit of the whole vocabulary, as in the metric `correctPercent`. A circuit keeps it if that is still so with
 * every other edge ablated. With several output positions each counts by itself.
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

  private constructor(
    model: PatchableModel,
    type: AblationType,
    batches: JudgedBatch[],
    outputs: number,
    shared: Ablation | undefined,
  ) {
    this.#model = model;
    this.#type = type;
    this.#batches = batches;
    this.#shared = shared;
    this.outputs = outputs;
    this.answers = batches.reduce((sum, { answers }) => sum + answers, 0);
  }

  /** Runs the full model on all prompts. */
  static async start(
    model: PatchableModel,
    prompts: PromptLoader,
    type: AblationType,
    signal?: AbortSignal,
  ): Promise<KeptAnswers> {
    const shared = dataSetSides(type) && (await model.ablations(prompts, type, { signal }));
    const all = prompts.promptCount * ablationBytes(model, prompts.batches[0]?.length ?? 0);
    const holds = shared === undefined && all <= heldBytes(model);
    const judged: JudgedBatch[] = [];
    let outputs = 0;
    try {
      for (const batch of prompts.batches) {
        using logits = await model.forward(batch.clean, { signal });
        const right = scope(() => rightAnswers(logits, batch, 1));
        outputs += right.size;
        using count = right.sum();
        const ablation = holds ? await model.ablations(batch.corrupt, type, { signal }) : undefined;
        judged.push({ batch, right, answers: await count.item(), ablation });
      }
    } catch (error) {
      dispose(judged, shared);
      throw error;
    }
    return new KeptAnswers(model, type, judged, outputs, shared);
  }

  /**
   * Answers kept by several circuits.
   *
   * @param masks `count` rows of one number an edge, 1 where it is ablated
   * @param atLeast a circuit that can no longer keep so many is given up: its number is then some number below
   */
  async count(masks: Float32Array, count: number, atLeast = 0, signal?: AbortSignal): Promise<number[]> {
    const edges = this.#model.graph.edgeCount;
    const kept = new Array<number>(count).fill(0);
    let alive = Array.from(kept.keys());
    let left = this.answers;
    for (const judged of [...this.#batches]) {
      throwIfAborted(signal);
      const rows = new Float32Array(alive.length * edges);
      alive.forEach((row, place) => {
        rows.set(masks.subarray(row * edges, (row + 1) * edges), place * edges);
      });
      const found = await this.#countBatch(judged, rows, alive.length, signal);
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
    { batch, right, ablation, answers }: JudgedBatch,
    rows: Float32Array,
    count: number,
    signal: AbortSignal | undefined,
  ): Promise<number[]> {
    const { edgeCount } = this.#model.graph;
    if (count > 1 && !batch.prefixShared) {
      // Prefixes of single prompts cannot be repeated, so there only one circuit runs at a time.
      const kept: number[] = [];
      for (let row = 0; row < count; row++) {
        const one = rows.subarray(row * edgeCount, (row + 1) * edgeCount);
        kept.push(...(await this.#countBatch({ batch, right, ablation, answers }, one, 1, signal)));
      }
      return kept;
    }
    const held = this.#shared ?? ablation;
    const values = held ?? (await this.#model.ablations(batch.corrupt, this.#type, { signal }));
    try {
      return await scope(async () => {
        const mask = Tensor.from(rows, { shape: [count, edgeCount] });
        const tokens = count === 1 ? batch.clean : batch.clean.repeat(count);
        const logits = await this.#model.forward(tokens, { ablate: mask, ablation: values, signal });
        const still = rightAnswers(logits, batch, count).logicalAnd(right);
        return still.reshape([count, -1]).sum(1).data();
      }).then((data) => Array.from(data, Number));
    } finally {
      if (held === undefined) values.dispose();
    }
  }

  #toFront(judged: JudgedBatch): void {
    this.#batches.splice(this.#batches.indexOf(judged), 1);
    this.#batches.unshift(judged);
  }
}

/** Where one of the answers has the highest logit, by circuit: bool `[count, batch]` or `[count, batch, positions]`. */
function rightAnswers(logits: Tensor, batch: PromptBatch, count: number): Tensor {
  const rows = logits.reshape([count, batch.size, ...logits.shape.slice(1)]);
  const { index } = answerIndex(batch.answers, rows.select(0, 0));
  const last = rows.shape.length - 1;
  const answers = rows.gather(last, index.unsqueeze(0).expand([count, ...index.shape]));
  return answers.max(last).ge(rows.max(last));
}

function dispose(batches: readonly JudgedBatch[], shared: Ablation | undefined): void {
  shared?.dispose();
  for (const { right, ablation } of batches) {
    right.dispose();
    ablation?.dispose();
  }
}
