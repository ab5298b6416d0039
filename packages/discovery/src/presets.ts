import type { AlgorithmName } from "./algorithms.ts";

/** An algorithm with options, under a name that others know. */
export interface Preset {
  /** Name in tables. */
  readonly name: string;
  /** Short name, for plots. */
  readonly short: string;
  readonly algorithm: AlgorithmName;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Gradient of the masks at the clean run. */
const atClean = (name: string, short: string, gradFunction: string, answerFunction: string): Preset => ({
  ...{ name, short, algorithm: "mask-gradient" },
  options: { gradFunction, answerFunction, maskValue: 0 },
});

const probing = (name: string, short: string, epochs: number, lambda: number, options: Preset["options"]): Preset => {
  const several = "circuitSizes" in options;
  return {
    ...{ name, short, algorithm: several ? "circuit-probing" : "subnetwork-probing" },
    // What AutoCircuit patches, tree or edge.
    options: {
      ...{ learningRate: 0.1, epochs, lambda, maskFunction: "hard-concrete", ablation: "tokenwise-mean-corrupt" },
      ...options,
    },
  };
};

/** 1e-6, 1e-5 and so on as they are written: powers of ten are rounded otherwise. */
const powers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => Number(`1e${from + i}`));

/**
 * The algorithms of AutoCircuit's `PRUNE_ALGOS` (Miller, Chughtai and Saunders 2024, "Transformer Circuit Evaluation Metrics Are Not
 * Robust") by their keys, with its settings.
 *
 * @example
 * const { algorithm, options } = presets["Tree Probing"];
 * const scores = await algorithms[algorithm].discover(task.model, task.train, { ...options, knownEdges: task.knownEdges! });
 */
export const presets = {
  "Official Circuit": { name: "Ground Truth", short: "GT", algorithm: "ground-truth", options: {} },
  "Act Mag": { name: "Activation Magnitude", short: "Act Mag", algorithm: "activation-magnitude", options: {} },
  Random: { name: "Random", short: "Random", algorithm: "random", options: {} },
  "Edge Attribution Patching": {
    ...{ name: "Edge Attribution Patching", short: "EAP", algorithm: "edge-attribution" },
    options: {},
  },
  ACDC: { name: "ACDC", short: "ACDC", algorithm: "acdc", options: { taus: powers(-6, -3) } },
  "MSE ACDC": {
    ...{ name: "MSE ACDC", short: "ACDC (MSE)", algorithm: "acdc" },
    options: { taus: powers(-10, -1), target: "mean-squared-error" },
  },
  "Integrated Edge Gradients (Logit Grad)": {
    ...{ name: "Integrated Edge Gradients (Logit Grad)", short: "IEG (Answer Logit)", algorithm: "mask-gradient" },
    options: { gradFunction: "logit", answerFunction: "avg-val", steps: 50 },
  },
  "Integrated Edge Gradients (Logit Diff)": {
    ...{ name: "Integrated Edge Gradients", short: "IEG", algorithm: "mask-gradient" },
    options: { gradFunction: "logit", answerFunction: "avg-diff", steps: 1000 },
  },
  "Edge Answer Prob Gradient At Clean": atClean("Prob Gradient", "EAP (Prob)", "prob", "avg-val"),
  "Edge Answer Logit Exp Gradient At Clean": atClean(
    "Exp Logit Gradient",
    "EAP (Answer Logit)",
    "logit-exp",
    "avg-val",
  ),
  "Edge Answer Log Prob Gradient At Clean": atClean("Logprob Gradient", "EAP (Answer Logprob)", "logprob", "avg-val"),
  "Edge Answer Log Prob Diff Gradient At Clean": atClean(
    "Logprob Diff Gradient",
    "EAP (Logprob Diff)",
    "logprob",
    "avg-diff",
  ),
  "Edge Answer Logit Diff Gradient At Clean": atClean("Edge Attribution Patching", "EAP", "logit", "avg-diff"),
  "Edge Answer Logit MSE Gradient At Clean": atClean(
    "Edge Attribution Patching (MSE)",
    "EAP (MSE)",
    "logit",
    "mean-squared-error",
  ),
  "Subnetwork Edge Probing": probing("Subnetwork Edge Probing", "SEP", 200, 0.5, { patch: "edge" }),
  "Circuit Probing": probing("Circuit Probing", "CP", 2000, 0.1, { patch: "edge", circuitSizes: ["true_size", 1000] }),
  "Subnetwork Tree Probing": probing("Subnetwork Tree Probing", "STP", 2000, 0.5, { patch: "tree" }),
  "Tree Probing": probing("Tree Probing", "TP", 200, 0.1, {
    ...{ patch: "tree", circuitSizes: [100, "true_size", 1000, 10000] },
  }),
  "MSE Subnetwork Tree Probing": probing("MSE Subnetwork Tree Probing", "STP (MSE)", 200, 0.5, {
    ...{ patch: "tree", target: "mean-squared-error" },
  }),
  "MSE Tree Probing": probing("MSE Tree Probing", "TP (MSE)", 200, 0.1, {
    ...{ patch: "tree", target: "mean-squared-error", circuitSizes: ["true_size"] },
  }),
  "Opposite Tree Probing": probing("Opposite Tree Probing", "OTP", 100, 0.1, {
    ...{ patch: "tree", target: "wrong-answer", circuitSizes: ["true_size", 1000, 10000] },
  }),
} as const satisfies Record<string, Preset>;

/** Key of a preset in {@link presets}. */
export type PresetName = keyof typeof presets;
