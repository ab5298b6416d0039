import {
  type AblationType,
  type Circuit,
  type CircuitRuns,
  type LoadedTask,
  PruneScores,
  runCircuits,
} from "@autocircuit/core";
import { FullModel, measurements } from "@autocircuit/metrics";
import { outputsNumbers } from "./settings.ts";

/** How far a circuit alone moves the output from the full model's. */
export interface CircuitMeasures {
  /** KL divergence in nats, or, for outputs that are numbers, the mean squared error. */
  faithfulness: number;
  /** Undefined for outputs that are numbers. */
  kl: number | undefined;
  maxAbsDiff: number;
  /** Largest difference at each position of the output slice; empty for a slice of one position. */
  maxAbsDiffAt: number[];
}

/** Largest difference that counts as the same output: float32 noise of a compiled model stays far below. */
export const KEPT_BELOW = 1e-3;

/** Name and unit of {@link CircuitMeasures.faithfulness}. */
export function faithfulnessMetric(task: LoadedTask): string {
  return outputsNumbers(task) ? "mean squared error from the full model" : "KL(full model || circuit), nats";
}

/** Measures circuits of one task on its test prompts; the unpatched model runs once for all of them. */
export class CircuitMeter implements Disposable {
  readonly #task: LoadedTask;
  readonly #full: FullModel;
  readonly #signal: AbortSignal;

  constructor(task: LoadedTask, signal: AbortSignal) {
    this.#task = task;
    this.#full = new FullModel(task.model, task.test);
    this.#signal = signal;
  }

  /** Ablates everything outside the circuit and compares the output with the full model's. */
  async measure(circuit: Circuit, ablation: AblationType): Promise<CircuitMeasures> {
    using runs = await this.#run(circuit, ablation);
    const numbers = outputsNumbers(this.#task);
    const faithfulness = await this.#value(numbers ? "mean-squared-error" : "kl-clean", runs);
    const maxAbsDiff = await this.#value("max-abs-diff", runs);
    return {
      faithfulness,
      kl: numbers ? undefined : faithfulness,
      maxAbsDiff,
      maxAbsDiffAt: await this.#byPosition(runs),
    };
  }

  #run(circuit: Circuit, ablation: AblationType): Promise<CircuitRuns> {
    const scores = new PruneScores(circuit.graph, circuit.mask());
    return runCircuits(this.#task.model, this.#task.test, {
      scores,
      sizes: [circuit.size],
      ablation,
      signal: this.#signal,
    });
  }

  async #value(metric: "kl-clean" | "mean-squared-error" | "max-abs-diff", runs: CircuitRuns): Promise<number> {
    const { model, test } = this.#task;
    const [measured] = await measurements[metric].measure(model, test, runs, {
      full: this.#full,
      signal: this.#signal,
    });
    return measured!.value;
  }

  async #byPosition(runs: CircuitRuns): Promise<number[]> {
    const full = await this.#full.logits("clean");
    const largest: number[] = [];
    for (const [i, logits] of runs[0]!.logits.entries()) {
      if (logits.shape.length < 3) continue;
      const [, positions, width] = logits.shape as [number, number, number];
      const ours = (await logits.data()) as Float32Array;
      const theirs = (await full[i]!.data()) as Float32Array;
      for (let cell = 0; cell < ours.length; cell++) {
        const position = Math.floor(cell / width) % positions;
        largest[position] = Math.max(largest[position] ?? 0, Math.abs(ours[cell]! - theirs[cell]!));
      }
    }
    return largest;
  }

  [Symbol.dispose](): void {
    this.#full[Symbol.dispose]();
  }
}
