import {
  type AblationType,
  ablationKind,
  type PatchableModel,
  type PromptBatch,
  type PromptSide,
  requireFinite,
  wideLogits,
} from "@autocircuit/core";
import type { Ablation, KeptRun, Tensor } from "@autocircuit/native";

/** An unpatched run of one prompt of a pair: its logits over the output slice, and where passes that patch can start. */
export interface PlainOutput {
  readonly logits: Tensor;
  /** Undefined behind a cached prefix and for a graph that is not factorised: there the engine starts at the beginning only. */
  readonly run: KeptRun | undefined;
}

/**
 * One prompt pair with what every pass on it needs again: the unpatched runs of its two prompts, the values that ablated edges take, the outputs
 * of circuits that were run. Made when first asked for; all of it goes with this object.
 */
export class PreparedPrompt implements Disposable {
  readonly model: PatchableModel;
  /** The pair alone. */
  readonly batch: PromptBatch;
  /** Positions of the output that count, and whether logits come without a dimension of positions. */
  readonly positions: readonly number[];
  readonly single: boolean;
  readonly #plain = new Map<PromptSide, PlainOutput>();
  readonly #ablations = new Map<string, Ablation>();
  readonly #outputs = new Map<string, Tensor>();

  constructor(model: PatchableModel, batch: PromptBatch) {
    this.model = model;
    this.batch = batch;
    const { positions, single } = model.outputPositions(batch.clean);
    this.positions = positions;
    this.single = single;
  }

  /** The unpatched model on one of the two prompts. @throws AutocircuitError `not-finite`, `aborted` */
  async plain(side: PromptSide, signal: AbortSignal): Promise<PlainOutput> {
    const known = this.#plain.get(side);
    if (known !== undefined) return known;
    const tokens = this.batch.tokens(side);
    const { positions, single, model } = this;
    const keepRun = this.batch.prefix === null && model.graph.factorized;
    const { logits, run } = await model.run(tokens, { positions, keepRun, signal });
    try {
      await requireFinite(logits!, { model, tokens, patched: () => "" });
    } catch (error) {
      logits!.dispose();
      run?.dispose();
      throw error;
    }
    const only = single ? logits!.select(1, 0) : logits!;
    if (only !== logits) logits!.dispose();
    const output = { logits: wideLogits(only), run };
    this.#plain.set(side, output);
    return output;
  }

  /** What ablated edges take, made of this pair alone. */
  async ablation(type: AblationType, from: PromptSide, signal: AbortSignal): Promise<Ablation> {
    const key = ablationKind(type).values === "none" ? type : `${type} ${from}`;
    const known = this.#ablations.get(key);
    if (known !== undefined) return known;
    const made = await this.model.ablations(this.batch.tokens(from), type, { signal });
    this.#ablations.set(key, made);
    return made;
  }

  /** The output that was kept under a key; it is among those used last then, which are kept. */
  known(key: string): Tensor | undefined {
    const logits = this.#outputs.get(key);
    if (logits === undefined) return undefined;
    this.#outputs.delete(key);
    this.#outputs.set(key, logits);
    return logits;
  }

  /** Keeps an output, which is this object's from now on. */
  keep(key: string, logits: Tensor): void {
    this.#outputs.get(key)?.dispose();
    this.#outputs.delete(key);
    this.#outputs.set(key, logits);
    if (this.#outputs.size <= MOST_OUTPUTS) return;
    const [oldest, gone] = this.#outputs.entries().next().value!;
    this.#outputs.delete(oldest);
    gone.dispose();
  }

  [Symbol.dispose](): void {
    for (const { logits, run } of this.#plain.values()) {
      logits.dispose();
      run?.dispose();
    }
    for (const owned of [...this.#ablations.values(), ...this.#outputs.values()]) owned.dispose();
    for (const map of [this.#plain, this.#ablations, this.#outputs]) map.clear();
    this.batch[Symbol.dispose]();
  }
}

/** Outputs of circuits that are kept for a prompt: a step back, and undone ones, cost nothing. */
const MOST_OUTPUTS = 16;
