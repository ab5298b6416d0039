import type { PatchableModel, PromptLoader, PruneScores } from "@autocircuit/core";
import { acdc, defaultTaus } from "./acdc/acdc.ts";
import { acdcTargets } from "./acdc/divergence.ts";
import { activationMagnitude } from "./activation-magnitude.ts";
import { attributionAlgorithms, lossOption } from "./attribution/attribution-algorithms.ts";
import { edgeAttribution } from "./edge-attribution.ts";
import { edgePruning } from "./edge-pruning/edge-pruning.ts";
import { edgePruningRows } from "./edge-pruning/option-rows.ts";
import { type GroundTruthOptions, groundTruth } from "./ground-truth.ts";
import { maskGradient } from "./mask-gradient.ts";
import type { NamedAlgorithm, UncheckedOptions } from "./named-algorithm.ts";
import { ablationOption, lossOptions } from "./option-rows.ts";
import { circuitProbing } from "./probing/circuit-probing.ts";
import { constrainedProbing } from "./probing/constrained-probing.ts";
import { circuitStart, probingOptions, sizesOptions } from "./probing/option-rows.ts";
import { subnetworkProbing } from "./probing/subnetwork-probing.ts";
import { random } from "./random.ts";
import { ugsRows } from "./ugs/option-rows.ts";
import { ugs } from "./ugs/ugs.ts";

/**
 * All discovery algorithms by name.
 *
 * @example
 * const scores = await algorithms["mask-gradient"].discover(task.model, task.train, { steps: 5 });
 */
export const algorithms = {
  acdc: {
    description: "removes edges one by one for as long as the output hardly changes",
    resumable: true,
    paper: "Conmy et al. 2023, Towards Automated Circuit Discovery for Mechanistic Interpretability",
    options: [
      { name: "taus", type: "numbers", default: defaultTaus, description: "thresholds on the rise of the divergence" },
      { name: "target", type: "string", choices: acdcTargets, default: "kl-div", description: "what is kept small" },
      ablationOption,
      { name: "order", type: "edges", description: "order of visit, every edge once" },
      {
        name: "largestBatch",
        type: "integer",
        default: 8,
        description: "most edges evaluated in one run of the model; on a GPU by default as many as fit",
      },
    ],
    discover: acdc,
  },
  "activation-magnitude": {
    description: "baseline: the mean activation of an edge's source",
    options: [],
    discover: activationMagnitude,
  },
  ...attributionAlgorithms,
  "edge-attribution": {
    description: "first-order effect of ablating an edge, at the clean run",
    paper: "Syed, Rager and Conmy 2023, Attribution Patching Outperforms Automated Circuit Discovery",
    options: [lossOption, ...lossOptions],
    perPrompt: true,
    discover: edgeAttribution,
  },
  "edge-pruning": {
    description: "trains masks of edges and sources to keep the output while a growing share is left out",
    resumable: true,
    paper: "Bhaskar et al. 2024, Finding Transformer Circuits with Edge Pruning",
    options: edgePruningRows,
    discover: edgePruning,
  },
  "circuit-probing": {
    description: "subnetwork probing for several circuit sizes: the edges of the smallest circuit come first",
    paper: "Miller, Chughtai and Saunders 2024, Transformer Circuit Faithfulness Metrics Are Not Robust",
    options: [...probingOptions(20, 0.5, "sigmoid", 1, circuitStart), ...sizesOptions],
    discover: circuitProbing,
  },
  "constrained-probing": {
    description: "circuit probing for a circuit without the edges of the published one",
    paper: "Miller, Chughtai and Saunders 2024, Transformer Circuit Faithfulness Metrics Are Not Robust",
    options: [
      ...probingOptions(2000, 0.1, "hard-concrete", 0.3, circuitStart).filter(({ name }) => name !== "avoid"),
      ...sizesOptions,
    ],
    discover: avoidingKnownEdges,
  },
  "ground-truth": {
    description: "1 for the edges of a known circuit, 0 for the others",
    options: [{ name: "edges", type: "edges", required: true, description: "the edges of the circuit" }],
    discover: (model: PatchableModel, prompts: PromptLoader, { edges, ...options }: UncheckedOptions = {}) =>
      groundTruth(model, prompts, { ...options, edges: edges as GroundTruthOptions["edges"] }),
  },
  "mask-gradient": {
    description: "gradient of the loss with respect to the edge's mask, at one mask value or integrated",
    paper: "Marks et al. 2024, Sparse Feature Circuits, section 3 (integrated)",
    options: [
      ...lossOptions,
      { name: "maskValue", type: "number", default: 0, description: "value of all masks, 0 clean to 1 ablated" },
      { name: "steps", type: "integer", description: "integrate over this many steps of the mask instead" },
      {
        name: "byLayer",
        type: "boolean",
        default: false,
        description: "integrate one layer of sources after the other",
      },
    ],
    discover: maskGradient,
  },
  random: {
    description: "baseline: uniform random scores from the seed",
    options: [],
    discover: random,
  },
  "subnetwork-probing": {
    description: "trains a mask per edge to keep the output while the circuit is small",
    resumable: true,
    paper: "Cao, Sanh and Rush 2021, Low-Complexity Probing via Finding Subnetworks, section 3",
    options: [
      ...probingOptions(20, 0.5),
      { name: "circuitSize", type: "integer", description: "size up to which edges cost nothing" },
    ],
    discover: subnetworkProbing,
  },
  ugs: {
    description: "trains how likely each edge is kept, by masks with gradients in a window (uniform gradient sampling)",
    resumable: true,
    paper: "Li and Janson 2024, Optimal ablation for interpretability",
    options: ugsRows,
    discover: ugs,
  },
} as const satisfies Record<string, NamedAlgorithm>;

/** Name of an algorithm in {@link algorithms}. */
export type AlgorithmName = keyof typeof algorithms;

/** Circuit probing that avoids the edges of the known circuit. */
async function avoidingKnownEdges(
  model: PatchableModel,
  prompts: PromptLoader,
  options: UncheckedOptions = {},
): Promise<PruneScores> {
  const scores = await groundTruth(model, null, { edges: options.knownEdges as GroundTruthOptions["edges"] });
  return constrainedProbing(model, prompts, { ...options, scores });
}
