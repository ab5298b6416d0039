import { AutocircuitError } from "@autocircuit/base";
import {
  type AblationType,
  bytesPerPrompt,
  memoryBudgets,
  type PatchType,
  PromptBatch,
  type PromptSide,
  patchPlan,
  requireFinite,
  type Tokens,
  wideLogits,
} from "@autocircuit/core";
import { type Ablation, Tensor } from "@autocircuit/native";
import type { PromptChoice } from "../../api/index.ts";
import type { ChosenCircuit } from "./chosen-circuit.ts";
import { Lru } from "./lru.ts";
import type { MeanAblations } from "./mean-ablations.ts";
import { ownPrompt } from "./own-prompt.ts";
import { PreparedPrompt } from "./prepared-prompt.ts";
import type { StudioSubject } from "./studio-subject.ts";

/** How circuits are run. */
export interface RunWay {
  readonly ablation: AblationType;
  readonly patch: PatchType;
}

/** How many prompts are kept at most. */
const MOST_PROMPTS = 32;
/** Two unpatched runs and two ablations. */
const RUNS_KEPT = 4;

/** Runs circuits on single prompts. What a prompt needs again is kept, so that a circuit costs one pass. */
export class PromptRuns implements Disposable {
  readonly subject: StudioSubject;
  readonly #prepared: Lru<PreparedPrompt>;
  readonly #means: MeanAblations;

  /** @param means stay the caller's */
  constructor(subject: StudioSubject, means: MeanAblations) {
    this.subject = subject;
    this.#means = means;
    const { model, prompts } = subject;
    const length = Math.max(1, ...prompts.batches.map((batch) => batch.seqLen));
    const fitting = Math.floor(memoryBudgets.keptPrompts / (RUNS_KEPT * bytesPerPrompt(model, length)));
    this.#prepared = new Lru(Math.max(2, Math.min(MOST_PROMPTS, fitting)));
  }

  /**
   * A prompt, ready to be run.
   *
   * @throws AutocircuitError `bad-input` for a number or text that cannot be
   */
  async prompt(choice: PromptChoice): Promise<PreparedPrompt> {
    const { model, prompts } = this.subject;
    if (!("index" in choice)) {
      const key = JSON.stringify([choice.clean, choice.corrupt]);
      return this.#prepared.get(key, () => new PreparedPrompt(model, ownPrompt(this.subject, choice)));
    }
    const { index } = choice;
    if (index >= prompts.promptCount)
      throw new AutocircuitError(
        "bad-input",
        `There is no prompt ${index}: they go from 0 to ${prompts.promptCount - 1}.`,
      );
    return this.#prepared.get(`${index}`, () => new PreparedPrompt(model, this.#alone(index)));
  }

  #alone(number: number): PromptBatch {
    const { batches, batchSize } = this.subject.prompts;
    const batch = batches[Math.floor(number / batchSize)]!;
    const { index, seqLen, prefix, prefixShared } = batch;
    if (!prefixShared)
      throw new AutocircuitError(
        "bad-input",
        "Each of these prompts has a cached prefix of its own, so none can be run alone. Load them without `sharePrefix`.",
      );
    const prompts = [batch.prompts[number % batchSize]!];
    return new PromptBatch({ prompts, index, first: number, seqLen, padId: 0, prefix: prefix ?? undefined });
  }

  /** What ablated edges take on a prompt: of its own, of its batch or of the whole data set, as the library makes them. */
  async ablation(
    prepared: PreparedPrompt,
    choice: PromptChoice,
    type: AblationType,
    from: PromptSide,
    signal: AbortSignal,
  ): Promise<Ablation> {
    const { batches, batchSize } = this.subject.prompts;
    const batch = "index" in choice ? batches[Math.floor(choice.index / batchSize)] : undefined;
    return (await this.#means.of(type, from, batch, signal)) ?? prepared.ablation(type, from, signal);
  }

  /**
   * Logits of circuits on one prompt, over the output slice, `[1, ...]` each: those that were run before as they were, the others in one
   * pass. They stay the prompt's.
   *
   * @throws AutocircuitError as `PatchableModel.forward` does
   */
  async logits(
    prepared: PreparedPrompt,
    choice: PromptChoice,
    circuits: readonly ChosenCircuit[],
    { ablation: type, patch }: RunWay,
    signal: AbortSignal,
  ): Promise<Tensor[]> {
    const plan = patchPlan(patch, false);
    const keys = circuits.map(({ key }) => `${type} ${patch} ${key}`);
    const missing = new Map<string, ChosenCircuit>();
    const plain = await prepared.plain(plan.run, signal);
    const outputs = new Map<string, Tensor>();
    // With nothing ablated it is the unpatched run.
    const untouched = patch === "edge" ? 0 : this.subject.model.graph.edgeCount;
    for (const [place, circuit] of circuits.entries()) {
      const key = keys[place]!;
      const known = circuit.size === untouched ? plain.logits : prepared.known(key);
      if (known) outputs.set(key, known);
      else missing.set(key, circuit);
    }
    if (missing.size > 0) {
      const ablation = await this.ablation(prepared, choice, type, plan.ablateFrom, signal);
      using masks = masksOf([...missing.values()], patch);
      const rows = await this.#run(prepared, plan.run, masks, ablation, signal);
      for (const [place, key] of [...missing.keys()].entries()) {
        prepared.keep(key, rows[place]!);
        outputs.set(key, rows[place]!);
      }
    }
    return keys.map((key) => outputs.get(key)!);
  }

  /** One pass with a mask for each circuit, from the middle of the kept run where there is one. */
  async #run(
    prepared: PreparedPrompt,
    side: PromptSide,
    mask: Tensor,
    ablation: Ablation,
    signal: AbortSignal,
  ): Promise<Tensor[]> {
    const { model } = this.subject;
    const { run } = await prepared.plain(side, signal);
    const count = mask.shape[0]!;
    const once = prepared.batch.tokens(side);
    // From a kept run the engine repeats the prompt itself.
    const tokens = run || count === 1 ? once : once.repeat(count);
    try {
      const { logits } = await model.run(tokens, {
        positions: prepared.positions,
        patch: { graph: model.graph.toNative(), mask, ablation },
        ...(run && { from: run }),
        signal,
      });
      using whole = logits!;
      return await this.#rows(prepared, whole, once);
    } finally {
      if (tokens !== once) tokens.dispose();
    }
  }

  /** The logits of each mask, in the shape that `PatchableModel.forward` gives them. @throws AutocircuitError `not-finite` */
  async #rows({ single }: PreparedPrompt, logits: Tensor, tokens: Tokens): Promise<Tensor[]> {
    const { model } = this.subject;
    const rows: Tensor[] = [];
    try {
      for (let row = 0; row < logits.shape[0]!; row++) {
        using one = logits.slice(0, row, row + 1);
        await requireFinite(one, { model, tokens, patched: () => "with the chosen edges ablated" });
        using only = single ? one.select(1, 0) : one.clone();
        // A copy: a view would hold all of them.
        rows.push(wideLogits(only.clone()));
      }
      return rows;
    } catch (error) {
      for (const row of rows) row.dispose();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#prepared[Symbol.dispose]();
  }
}

/** Masks of circuits, `[circuits, edges]`: 1 for what is ablated. */
function masksOf(circuits: readonly ChosenCircuit[], patch: PatchType): Tensor {
  const count = circuits[0]!.edges.length;
  const masks = new Float32Array(circuits.length * count);
  const flip = patch === "edge" ? 0 : 1;
  for (const [row, { edges }] of circuits.entries())
    for (let index = 0; index < count; index++) masks[row * count + index] = edges[index]! ^ flip;
  return Tensor.from(masks, { shape: [circuits.length, count] });
}
