import { scope, type Tensor } from "@autocircuit/native";
import { klOfLogprobs } from "../kl-divergence.ts";
import { logprob } from "../value-functions.ts";

/** How far a circuit alone moves the output from the full model's. */
export interface CircuitMeasures {
  /** KL divergence in nats, or, for outputs that are numbers, the mean squared error: mean over prompts and output positions. */
  divergence: number;
  /** Undefined for outputs that are numbers. */
  kl: number | undefined;
  /** Largest absolute difference of any output value. */
  maxAbsDiff: number;
  /** Largest difference at each position of the output slice; empty for a slice of one position. */
  maxAbsDiffAt: number[];
  /** Prompt pairs it was measured on. */
  promptCount: number;
}

/**
 * Compares the outputs of some prompts.
 *
 * @param full logits of the full model, `[batch, vocabulary]` or `[batch, positions, vocabulary]`
 * @param circuit those of the circuit
 */
export async function sliceMeasures(full: Tensor, circuit: Tensor): Promise<CircuitMeasures> {
  const [promptCount = 0] = full.shape;
  const numbers = full.shape.at(-1) === 1;
  const byPosition = full.shape.length > 2;
  const [divergence, largest] = await scope(async () => {
    const moved = circuit.sub(full).abs();
    const far = numbers ? moved.pow(2) : klOfLogprobs(logprob(full), logprob(circuit));
    const at = byPosition ? moved.max(2).max(0) : moved.reshape([1, -1]).max(1);
    return [await far.mean().item(), Array.from(await at.data(), Number)] as const;
  });
  // Rounding makes the divergence of equal outputs a little less than 0.
  const value = numbers ? divergence : Math.max(0, divergence);
  return {
    divergence: value,
    kl: numbers ? undefined : value,
    maxAbsDiff: Math.max(...largest),
    maxAbsDiffAt: byPosition ? largest : [],
    promptCount,
  };
}

/** The measures over the prompts of several slices together. */
export function joinedMeasures(parts: readonly CircuitMeasures[]): CircuitMeasures {
  const promptCount = parts.reduce((sum, part) => sum + part.promptCount, 0);
  const divergence = parts.reduce((sum, part) => sum + (part.divergence * part.promptCount) / promptCount, 0);
  const [first] = parts as [CircuitMeasures];
  return {
    divergence,
    kl: first.kl === undefined ? undefined : divergence,
    maxAbsDiff: Math.max(...parts.map((part) => part.maxAbsDiff)),
    maxAbsDiffAt: first.maxAbsDiffAt.map((_, at) => Math.max(...parts.map((part) => part.maxAbsDiffAt[at]!))),
    promptCount,
  };
}
