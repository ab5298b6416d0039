import { createHash } from "node:crypto";
import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import {
  type AblationType,
  type Circuit,
  coreKinds,
  dataSetSides,
  isBatchMean,
  type PatchableModel,
  type PromptLoader,
  type PromptSlice,
  requireSameGraph,
  throwIfAborted,
} from "@autocircuit/core";
import type { Ablation, Tensor } from "@autocircuit/native";
import { measuredTogether } from "./measured-together.ts";
import { type CircuitMeasures, joinedMeasures, sliceMeasures } from "./slice-measures.ts";

/** Options of {@link CircuitMeter}. */
export interface CircuitMeterOptions {
  readonly signal?: AbortSignal | undefined;
  /** Prompt pairs that are measured together. Default: at least 8, more of small models. */
  readonly together?: number | undefined;
}

/** Options of {@link CircuitMeter.measure}. */
export interface MeterOptions {
  /** Seconds to spend, at least those of one slice of prompts: fewer prompts are measured where all would take longer. Default: no limit. */
  readonly seconds?: number | undefined;
  /** Told the prompt pairs that were measured, of all. */
  readonly onProgress?: ((progress: { done: number; total: number }) => void) | undefined;
}

const check = signature("CircuitMeter", { model: coreKinds.patchableModel, prompts: coreKinds.promptLoader }, {
  signal: kind.signal,
  together: kind.count,
} satisfies KindsOf<CircuitMeterOptions>);
const checkFull = signature("CircuitMeter.fullOutputs", { promptCount: kind.count });
const checkMeasure = signature(
  "CircuitMeter.measure",
  { circuit: kind.having("a Circuit", "graph", "indices"), ablation: coreKinds.ablationName },
  { seconds: kind.positive, onProgress: kind.callback } satisfies KindsOf<MeterOptions>,
);

/**
 * Measures how far circuits alone, with everything outside ablated, move the output from the full model's on some prompts. It goes through
 * them in small slices, runs the full model once on each, and remembers what it has measured: a circuit that is asked for again costs
 * nothing, and a budget of time is met by taking fewer prompts.
 *
 * @throws AutocircuitError `bad-input` without prompts
 *
 * @example
 * using meter = new CircuitMeter(task.model, task.test);
 * const { kl, promptCount } = await meter.measure(scores.circuit(100), "resample", { seconds: 10 });
 */
export class CircuitMeter implements Disposable {
  readonly model: PatchableModel;
  readonly signal: AbortSignal | undefined;
  /** All prompts, in slices. */
  readonly slices: readonly PromptSlice[];
  /** Prompt pairs in all slices. */
  readonly promptCount: number;
  readonly #prompts: PromptLoader;
  readonly #full = new Map<PromptSlice, Tensor>();
  readonly #known = new Map<PromptSlice, Map<string, CircuitMeasures>>();
  readonly #shared = new Map<AblationType, Ablation>();

  constructor(model: PatchableModel, prompts: PromptLoader, options: CircuitMeterOptions = {}) {
    check({ model, prompts }, options);
    if (prompts.length === 0)
      throw new AutocircuitError("bad-input", "There are no prompts to measure circuits on. Give a loader with some.");
    this.model = model;
    this.signal = options.signal;
    this.slices = measuredTogether(model, prompts, options.together);
    this.promptCount = prompts.promptCount;
    this.#prompts = prompts;
  }

  /** Whether the outputs are one number a position, which is no distribution: divergence is then the mean squared error. */
  get numbers(): boolean {
    return this.model.config.dVocabOut === 1;
  }

  /** Measures one circuit. @throws AutocircuitError `bad-input` for a circuit of another graph, `not-finite`, `aborted` */
  async measure(circuit: Circuit, ablation: AblationType, options: MeterOptions = {}): Promise<CircuitMeasures> {
    checkMeasure({ circuit, ablation }, options);
    requireSameGraph(circuit.graph, this.model.graph, "The circuit is");
    const { seconds = Number.POSITIVE_INFINITY, onProgress } = options;
    const started = performance.now();
    const parts: CircuitMeasures[] = [];
    let done = 0;
    for (const part of this.slices) {
      const spent = (performance.now() - started) / 1000;
      if (parts.length > 0 && (spent * (parts.length + 1)) / parts.length > seconds) break;
      await this.measureSlice(part, ablation, [circuit], (measured) => parts.push(measured));
      done += part.slice.size;
      onProgress?.({ done, total: this.promptCount });
    }
    return joinedMeasures(parts);
  }

  /**
   * The full model's outputs on the first prompts, at least so many, a tensor a slice. They are what circuits are compared with, so that neither costs
   * the other's pass, and stay the meter's.
   *
   * @throws AutocircuitError `aborted`
   */
  async fullOutputs(promptCount: number): Promise<readonly Tensor[]> {
    checkFull({ promptCount });
    const outputs: Tensor[] = [];
    for (const part of this.slices.filter(({ first }) => first < promptCount)) {
      throwIfAborted(this.signal);
      outputs.push(await this.#fullOf(part));
    }
    return outputs;
  }

  /**
   * Measures circuits on one slice of prompts, in their order, with one making of what ablated edges take.
   *
   * @param onMeasured called after each with its measures and the seconds it took (0 for one that was known); false ends it
   */
  async measureSlice(
    part: PromptSlice,
    ablation: AblationType,
    circuits: readonly Circuit[],
    onMeasured: (measured: CircuitMeasures, seconds: number) => unknown,
  ): Promise<void> {
    const known = this.#known.get(part) ?? new Map<string, CircuitMeasures>();
    this.#known.set(part, known);
    let values: Ablation | undefined;
    try {
      for (const circuit of circuits) {
        throwIfAborted(this.signal);
        const key = circuitKey(circuit, ablation);
        let measured = known.get(key);
        let seconds = 0;
        if (measured === undefined) {
          const full = await this.#fullOf(part);
          values ??= await this.#ablation(part, ablation);
          const started = performance.now();
          measured = await this.#run(part, full, values, circuit);
          seconds = (performance.now() - started) / 1000;
          known.set(key, measured);
        }
        if (onMeasured(measured, seconds) === false) return;
      }
    } finally {
      if (values !== this.#shared.get(ablation)) values?.dispose();
    }
  }

  async #run({ slice }: PromptSlice, full: Tensor, ablation: Ablation, circuit: Circuit): Promise<CircuitMeasures> {
    const { signal } = this;
    using logits = await this.model.forward(slice.clean, { ablate: circuit.complement(), ablation, signal });
    const measured = await sliceMeasures(full, logits);
    if (Number.isFinite(measured.divergence)) return measured;
    throw new AutocircuitError(
      "not-finite",
      `The divergence of the circuit of ${circuit.size} edges is ${measured.divergence} on prompts of batch ${slice.index}. Its logits are ` +
        "numbers, but so large that they cannot be compared: check the weights and the ablation, or compute in float64.",
    );
  }

  async #fullOf(part: PromptSlice): Promise<Tensor> {
    const known = this.#full.get(part);
    if (known !== undefined) return known;
    const logits = await this.model.forward(part.slice.clean, { signal: this.signal });
    this.#full.set(part, logits);
    return logits;
  }

  async #ablation({ batch, slice }: PromptSlice, type: AblationType): Promise<Ablation> {
    const { signal } = this;
    if (dataSetSides(type) === undefined) {
      const prompts = isBatchMean(type) ? batch : slice;
      return this.model.ablations(prompts.corrupt, type, { signal });
    }
    const shared = this.#shared.get(type) ?? (await this.model.ablations(this.#prompts, type, { signal }));
    this.#shared.set(type, shared);
    return shared;
  }

  /** Frees the full model's outputs and the means over the data set. */
  [Symbol.dispose](): void {
    for (const owned of [...this.#full.values(), ...this.#shared.values()]) owned.dispose();
    for (const { batch, slice } of this.slices) if (slice !== batch) slice[Symbol.dispose]();
    this.#full.clear();
    this.#shared.clear();
  }
}

function circuitKey({ indices }: Circuit, ablation: AblationType): string {
  const bytes = Buffer.from(indices.buffer, indices.byteOffset, indices.byteLength);
  return `${ablation} ${createHash("sha256").update(bytes).digest("base64")}`;
}
