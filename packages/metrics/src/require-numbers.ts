import { AutocircuitError } from "@autocircuit/base";
import type { PromptLoader } from "@autocircuit/core";
import { scope, type Tensor } from "@autocircuit/native";
import type { MeasuredRun } from "./measured-run.ts";

/**
 * Checks that the logits of runs are numbers: comparisons and maxima would otherwise give a number that means nothing.
 *
 * @param sums one a run and batch, run by run: the sum of the logits, which is finite only if all of them are
 * @throws AutocircuitError `not-finite` naming circuit and prompt
 */
export async function requireNumbers(
  sums: ArrayLike<number>,
  runs: readonly MeasuredRun[],
  { batches }: PromptLoader,
): Promise<void> {
  for (const [place, run] of runs.entries()) {
    for (const [index, batch] of batches.entries()) {
      if (Number.isFinite(sums[place * batches.length + index])) continue;
      const row = await firstBrokenRow(run.logits[index]!);
      if (row < 0) continue;
      throw new AutocircuitError(
        "not-finite",
        `The logits of the circuit of ${run.size} edges are not numbers (NaN or infinite) for prompt ${index * batch.size + row} (batch ${index}), so ` +
          "they cannot be measured. Check the model's weights and the ablation, or compute in a wider type (float64).",
      );
    }
  }
}

/**
 * Checks that what a metric gives is a number.
 *
 * @throws AutocircuitError `not-finite` naming the circuit
 */
export function requireNumber(value: number, { size, logits }: MeasuredRun): number {
  if (Number.isFinite(value)) return value;
  throw new AutocircuitError(
    "not-finite",
    `A metric of the circuit of ${size} edges is ${value}, not a number. Its logits are numbers, but so large that ${logits[0]?.dtype} cannot ` +
      "hold what is computed from them: check the model's weights and the ablation, or compute in float64.",
  );
}

/** The sum of logits, in a type that holds it. */
export function sumOf(logits: Tensor): Tensor {
  return logits.detach().to("float64").sum();
}

async function firstBrokenRow(logits: Tensor): Promise<number> {
  const finite = await scope(() =>
    logits.detach().isFinite().reshape([logits.shape[0]!, -1]).to("float32").min(1).data(),
  );
  return Array.from(finite, Number).indexOf(0);
}
