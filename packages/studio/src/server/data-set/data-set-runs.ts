import { memoryBudgets, type PromptSlice, patchPlan, tensorBytes } from "@autocircuit/core";
import type { Tensor } from "@autocircuit/native";
import { type ChosenCircuit, libraryCircuit } from "../model/chosen-circuit.ts";
import type { MeanAblations } from "../model/mean-ablations.ts";
import { hasAnswers } from "../model/outputs.ts";
import type { RunWay } from "../model/prompt-runs.ts";
import type { StudioSubject } from "../model/studio-subject.ts";
import { type MeasuredPrompts, measured } from "./measures.ts";
import { runTogether } from "./run-together.ts";

/** Circuits whose measures are kept: a step back costs nothing. */
const MOST_CIRCUITS = 32;

/** Runs circuits on the data set group by group, and remembers what was measured. */
export class DataSetRuns implements Disposable {
  readonly subject: StudioSubject;
  /** Whether every prompt has wrong answers, so that there is a logit difference. */
  readonly differences: boolean;
  readonly #means: MeanAblations;
  readonly #full = new Map<PromptSlice, Tensor>();
  #fullBytes = 0;
  readonly #known = new Map<string, Map<PromptSlice, MeasuredPrompts>>();
  #groups: readonly PromptSlice[] | undefined;

  /** @param means stay the caller's */
  constructor(subject: StudioSubject, means: MeanAblations) {
    this.subject = subject;
    this.#means = means;
    const { prompts, model } = subject;
    this.differences = model.config.dVocabOut > 1 && prompts.promptCount > 0 && prompts.prompts.every(hasAnswers);
  }

  /** The groups; the first time one prompt is run to see how long it takes. */
  async groups(signal: AbortSignal): Promise<readonly PromptSlice[]> {
    if (this.#groups) return this.#groups;
    const { model, prompts } = this.subject;
    const [one] = prompts.batches[0]?.slices(1) ?? [];
    if (one === undefined) return [];
    const run = async () => (await model.forward(one.clean, { signal })).dispose();
    await run();
    const started = performance.now();
    await run();
    this.#groups = runTogether(this.subject, (performance.now() - started) / one.size);
    return this.#groups;
  }

  /** Measures of the full model (null), or of a circuit, on one group. @throws AutocircuitError as `PatchableModel.forward` does */
  async measure(
    group: PromptSlice,
    circuit: ChosenCircuit | null,
    way: RunWay,
    signal: AbortSignal,
  ): Promise<MeasuredPrompts> {
    const known = this.#knownOf(circuit === null ? "" : `${way.ablation} ${way.patch} ${circuit.key}`);
    const before = known.get(group);
    if (before !== undefined) return before;
    let full: Tensor | undefined;
    try {
      full = await this.#fullOf(group, signal);
      using logits = circuit === null ? undefined : await this.#run(group, circuit, way, signal);
      const found = await measured(full, logits ?? full, group.slice, this.differences);
      known.set(group, found);
      return found;
    } finally {
      if (full !== this.#full.get(group)) full?.dispose();
    }
  }

  #knownOf(key: string): Map<PromptSlice, MeasuredPrompts> {
    const known = this.#known.get(key) ?? new Map<PromptSlice, MeasuredPrompts>();
    this.#known.delete(key);
    this.#known.set(key, known);
    if (this.#known.size > MOST_CIRCUITS) this.#known.delete(this.#known.keys().next().value!);
    return known;
  }

  async #fullOf(group: PromptSlice, signal: AbortSignal): Promise<Tensor> {
    const known = this.#full.get(group);
    if (known) return known;
    const logits = await this.subject.model.forward(group.slice.clean, { signal });
    const bytes = tensorBytes(logits);
    if (this.#fullBytes + bytes > memoryBudgets.heldLogits) return logits;
    this.#full.set(group, logits);
    this.#fullBytes += bytes;
    return logits;
  }

  async #run(
    { slice, batch }: PromptSlice,
    chosen: ChosenCircuit,
    { ablation: type, patch }: RunWay,
    signal: AbortSignal,
  ): Promise<Tensor> {
    const { model } = this.subject;
    const plan = patchPlan(patch, false);
    const circuit = libraryCircuit(model.graph, chosen);
    const ablate = patch === "edge" ? circuit.mask() : circuit.complement();
    const mean = await this.#means.of(type, plan.ablateFrom, batch, signal);
    const ablation = mean ?? (await model.ablations(slice.tokens(plan.ablateFrom), type, { signal }));
    try {
      return await model.forward(slice.tokens(plan.run), { ablate, ablation, signal });
    } finally {
      if (ablation !== mean) ablation.dispose();
    }
  }

  [Symbol.dispose](): void {
    for (const logits of this.#full.values()) logits.dispose();
    for (const { batch, slice } of this.#groups ?? []) if (slice !== batch) slice[Symbol.dispose]();
    this.#full.clear();
    this.#known.clear();
  }
}
