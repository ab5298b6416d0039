import { ablationTypes, type PatchableModel, type PromptLoader, type PruneScores } from "@autocircuit/core";
import { acdc, defaultTaus } from "./acdc/acdc.ts";
import { acdcTargets } from "./acdc/divergence.ts";
import { activationMagnitude } from "./activation-magnitude.ts";
import type { DiscoveryOptions } from "./discovery-options.ts";
import { edgeAttribution } from "./edge-attribution.ts";
import { type GroundTruthOptions, groundTruth } from "./ground-truth.ts";
import { answerFunctions, gradFunctions } from "./loss.ts";
import { maskGradient } from "./mask-gradient.ts";
import { maskFunctions } from "./masks/mask-function.ts";
import { circuitProbing } from "./probing/circuit-probing.ts";
import { type ConstrainedProbingOptions, constrainedProbing } from "./probing/constrained-probing.ts";
import { probingTargets } from "./probing/probing-target.ts";
import { subnetworkProbing } from "./probing/subnetwork-probing.ts";
import { random } from "./random.ts";

/** An option of an algorithm, as a command line or a form would offer it. */
export interface OptionSpec {
  /** The property in the algorithm's options. */
  readonly name: string;
  /** `numbers`, `sizes` and `edges` are lists; sizes are numbers or `"true_size"`, edges are names or `[name, token]`. */
  readonly type: "number" | "integer" | "boolean" | "numbers" | "sizes" | "string" | "edges";
  /** The values a string may have. */
  readonly choices?: readonly string[];
  /** What is used when the option is left out; absent where that is nothing in particular. */
  readonly default?: number | string | boolean | readonly number[];
  /** Whether the algorithm cannot do without it. */
  readonly required?: boolean;
  /** One line. */
  readonly description: string;
}

/** An algorithm with what a person needs to choose and set it. */
export interface NamedAlgorithm {
  /** One line. */
  readonly description: string;
  /** The paper it comes from. */
  readonly source?: string;
  readonly options: readonly OptionSpec[];
  /** Whether it takes the options of a search that can be stopped and go on (`onSearch`, `resume`). */
  readonly resumable?: boolean;
  /** Runs it. Options beyond those every algorithm takes are the ones listed; others are errors. */
  readonly discover: (
    model: PatchableModel,
    prompts: PromptLoader,
    // biome-ignore lint/suspicious/noExplicitAny: the algorithm checks what it is given
    options?: DiscoveryOptions & Record<string, any>,
  ) => Promise<PruneScores>;
}

const ablationOption: OptionSpec = {
  name: "ablation",
  type: "string",
  choices: ablationTypes,
  default: "resample",
  description: "the values that ablated edges take",
};

/** Options of everything that trains a mask, with the defaults that differ. */
function probingOptions(
  epochs: number,
  lambda: number,
  maskFunction = "sigmoid",
  avoidLambda = 1,
): readonly OptionSpec[] {
  return [
    { name: "epochs", type: "integer", default: epochs, description: "passes over the prompts" },
    { name: "learningRate", type: "number", default: 0.1, description: "learning rate of Adam" },
    { name: "lambda", type: "number", default: lambda, description: "weight of the circuit's size in the loss" },
    { name: "initial", type: "number", description: "where the trained numbers start: 0.5, for hard concrete ln 5" },
    {
      name: "maskFunction",
      type: "string",
      choices: maskFunctions,
      default: maskFunction,
      description: "what turns the trained numbers into masks",
    },
    { name: "dropout", type: "number", default: 0, description: "probability that a mask drops out in a step" },
    {
      name: "target",
      type: "string",
      choices: probingTargets,
      default: "kl_div",
      description: "what of the outputs is kept small",
    },
    { name: "tree", type: "boolean", default: true, description: "ablate outside the circuit on the clean prompts" },
    {
      ...ablationOption,
      default: "tokenwise-mean-corrupt",
      description: "the values that ablated edges take; without a tree by default those of the clean prompts",
    },
    { name: "avoid", type: "edges", description: "edges that are to stay out of the circuit" },
    {
      name: "avoidLambda",
      type: "number",
      default: avoidLambda,
      description: "weight of the avoided edges beside the size",
    },
  ];
}

const sizesOptions: readonly OptionSpec[] = [
  {
    name: "circuitSizes",
    type: "sizes",
    description: 'sizes of the circuits; "true_size" (default) is the published one\'s',
  },
  { name: "trueEdges", type: "edges", description: 'the published circuit, whose size is "true_size"' },
];

const lossOptions: readonly OptionSpec[] = [
  {
    name: "gradFunction",
    type: "string",
    choices: gradFunctions,
    default: "logit",
    description: "what of the outputs the loss is made of",
  },
  {
    name: "answerFunction",
    type: "string",
    choices: answerFunctions,
    default: "avg_diff",
    description: "how the answers make a loss of it",
  },
  ablationOption,
  {
    name: "ablateFrom",
    type: "string",
    choices: ["clean", "corrupt"],
    default: "corrupt",
    description: "the prompts that the ablation is made from",
  },
];

/**
 * All discovery algorithms by name.
 *
 * @example
 * const scores = await algorithms["mask-gradient"].discover(task.model, task.train, { samples: 5 });
 */
export const algorithms = {
  acdc: {
    description: "removes edges one by one for as long as the output hardly changes",
    resumable: true,
    source: "Conmy et al. 2023, Towards Automated Circuit Discovery for Mechanistic Interpretability",
    options: [
      { name: "taus", type: "numbers", default: defaultTaus, description: "thresholds on the rise of the divergence" },
      { name: "target", type: "string", choices: acdcTargets, default: "kl_div", description: "what is kept small" },
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
  "edge-attribution": {
    description: "first-order effect of ablating an edge, at the clean run",
    source: "Syed, Rager and Conmy 2023, Attribution Patching Outperforms Automated Circuit Discovery",
    options: lossOptions,
    discover: edgeAttribution,
  },
  "circuit-probing": {
    description: "subnetwork probing for several circuit sizes: the edges of the smallest circuit come first",
    source: "Miller, Chughtai and Saunders 2024, Transformer Circuit Faithfulness Metrics Are Not Robust",
    options: [...probingOptions(20, 0.5), ...sizesOptions],
    discover: circuitProbing,
  },
  "constrained-probing": {
    description: "circuit probing for a circuit without the edges of the published one",
    source: "Miller, Chughtai and Saunders 2024, Transformer Circuit Faithfulness Metrics Are Not Robust",
    options: [
      ...probingOptions(2000, 0.1, "hard_concrete", 0.3).filter(({ name }) => name !== "avoid"),
      ...sizesOptions,
    ],
    discover: avoidingTrueEdges,
  },
  "ground-truth": {
    description: "1 for the edges of a published circuit, 0 for the others",
    options: [{ name: "edges", type: "edges", required: true, description: "the edges of the circuit" }],
    discover: (model, prompts, options) => groundTruth(model, prompts, options as GroundTruthOptions),
  },
  "mask-gradient": {
    description: "gradient of the loss with respect to the edge's mask, at one mask value or integrated",
    source: "Marks et al. 2024, Sparse Feature Circuits, section 3 (integrated)",
    options: [
      ...lossOptions,
      { name: "maskValue", type: "number", default: 0, description: "value of all masks, 0 clean to 1 ablated" },
      { name: "samples", type: "integer", description: "integrate over this many steps of the mask instead" },
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
    source: "Cao, Sanh and Rush 2021, Low-Complexity Probing via Finding Subnetworks, section 3",
    options: [
      ...probingOptions(20, 0.5),
      { name: "circuitSize", type: "integer", description: "size up to which edges cost nothing" },
    ],
    discover: subnetworkProbing,
  },
} as const satisfies Record<string, NamedAlgorithm>;

/** Name of an algorithm in {@link algorithms}. */
export type AlgorithmName = keyof typeof algorithms;

/** Circuit probing that avoids the edges of the published circuit. */
async function avoidingTrueEdges(
  model: PatchableModel,
  prompts: PromptLoader,
  // biome-ignore lint/suspicious/noExplicitAny: the algorithm checks what it is given
  options: DiscoveryOptions & Record<string, any> = {},
): Promise<PruneScores> {
  const scores = await groundTruth(model, null, { edges: options.trueEdges });
  return constrainedProbing(model, prompts, { ...options, scores } as ConstrainedProbingOptions);
}
