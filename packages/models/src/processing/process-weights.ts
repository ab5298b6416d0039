import { type KindsOf, kind } from "@autocircuit/base";
import { throwIfAborted } from "@autocircuit/core";
import type { TransformerConfig } from "@autocircuit/native";
import type { LoadContext } from "../load-context.ts";
import type { WeightSet } from "../weights/weight-set.ts";
import { centerUnembed } from "./center-unembed.ts";
import { centerWritingWeights } from "./center-writing-weights.ts";
import { foldNorms } from "./fold-norms.ts";
import { foldValueBiases } from "./fold-value-biases.ts";

/** Rewritings of the weights that leave the model's predictions as they are. */
export interface ProcessingOptions {
  /** Fold norm weights into the matrices behind them, see {@link foldNorms}. */
  foldLn?: boolean;
  /** See {@link centerWritingWeights}; LayerNorm only. */
  centerWritingWeights?: boolean;
  /** See {@link centerUnembed}; without a final soft cap only. */
  centerUnembed?: boolean;
  /** See {@link foldValueBiases}. */
  foldValueBiases?: boolean;
}

/** What {@link ProcessingOptions} may be. */
export const processingOptions: KindsOf<ProcessingOptions> = {
  foldLn: kind.flag,
  centerWritingWeights: kind.flag,
  centerUnembed: kind.flag,
  foldValueBiases: kind.flag,
};

type Step = (weights: WeightSet, config: TransformerConfig) => void;

/** In the order TransformerLens does them: later steps see the results of earlier ones. */
const STEPS: readonly [keyof ProcessingOptions, Step][] = [
  ["foldLn", foldNorms],
  ["centerWritingWeights", centerWritingWeights],
  ["centerUnembed", centerUnembed],
  ["foldValueBiases", foldValueBiases],
];

/** The names of these steps, in their order. */
export const processingSteps: readonly (keyof ProcessingOptions)[] = STEPS.map(([name]) => name);

/** Fills in what the caller left open: everything this model allows, or nothing. */
export function resolveProcessing(
  options: ProcessingOptions,
  config: TransformerConfig,
  byDefault: boolean,
): Required<ProcessingOptions> {
  return {
    foldLn: options.foldLn ?? byDefault,
    centerWritingWeights: options.centerWritingWeights ?? (byDefault && config.norm === "layer"),
    centerUnembed: options.centerUnembed ?? (byDefault && config.finalSoftcap === undefined),
    foldValueBiases: options.foldValueBiases ?? byDefault,
  };
}

/**
 * Processes weights in place, in the type they have.
 *
 * @throws AutocircuitError `bad-input` for a step that would change this model, `aborted`
 */
export function processWeights(
  weights: WeightSet,
  config: TransformerConfig,
  steps: Required<ProcessingOptions>,
  context: Pick<LoadContext, "signal" | "onProgress"> = {},
): void {
  const chosen = STEPS.filter(([name]) => steps[name]);
  for (const [done, [name, step]] of chosen.entries()) {
    throwIfAborted(context.signal);
    context.onProgress?.({ stage: "processing", done, total: chosen.length, name });
    step(weights, config);
  }
}
