import type { NamedAlgorithm, OptionSpec } from "../named-algorithm.ts";
import { lossOptions } from "../option-rows.ts";
import { withAliases } from "../own-names.ts";
import { attributionLosses } from "./attribution-options.ts";
import { ceap } from "./ceap.ts";
import { cleanCorrupted } from "./clean-corrupted.ts";
import { eapGp } from "./eap-gp.ts";
import { eapIgActivations } from "./eap-ig-activations.ts";
import { eapIgInputs } from "./eap-ig-inputs.ts";
import { exact } from "./exact.ts";
import { informationFlowRoutes } from "./information-flow.ts";
import { meanAlgorithms, meanOfMethods, scoreNormalisations, usualMeanAlgorithms } from "./mean-of-methods.ts";
import { relp } from "./relp.ts";
import { usualSteps } from "./steps.ts";

/** What gradients are taken of. */
export const lossOption: OptionSpec = {
  name: "loss",
  type: "string",
  choices: attributionLosses,
  default: "answers",
  description: "what gradients are taken of: answers, KL divergence from the clean run, or faithfulness",
};

const options: readonly OptionSpec[] = [
  lossOption,
  // Their ablations are made from the corrupt prompts, or given.
  ...lossOptions.filter(({ name }) => name !== "ablateFrom"),
];

const steps: OptionSpec = {
  name: "steps",
  type: "integer",
  default: usualSteps,
  description: "points that are averaged over",
};

const rule = (name: string, usual: boolean, description: string): OptionSpec => ({
  name,
  type: "boolean",
  default: usual,
  description,
});

const eapIg = "Hanna, Pezzelle and Belinkov 2024, Have Faith in Faithfulness";

/** Algorithms of attribution by name. */
export const attributionAlgorithms = {
  ceap: {
    description:
      "follows every source's output while the embedding moves, so that scores add up to the change of the loss",
    paper: "Wu, Tonin and Cevher 2026, arXiv:2606.16920",
    options: [
      ...options,
      steps,
      {
        name: "from",
        type: "string",
        choices: ["corrupt", "clean"],
        default: "corrupt",
        description: "the end whose gradients a step takes",
      },
    ],
    perPrompt: true,
    discover: ceap,
  },
  "clean-corrupted": {
    description: "mean of the gradients at the clean and the ablated embedding",
    paper: eapIg,
    options,
    perPrompt: true,
    discover: cleanCorrupted,
  },
  "eap-gp": {
    description: "gradients along a path that descends to the corrupt outputs",
    paper: "Zhang et al. 2025, EAP-GP",
    options: [
      ...options,
      steps,
      {
        name: "from",
        type: "string",
        choices: ["clean", "corrupt"],
        default: "clean",
        description: "where the path starts",
      },
      {
        name: "path",
        type: "string",
        choices: ["input", "source"],
        default: "input",
        description: "whose output moves: the embedding, or each source's own in turn",
      },
    ],
    perPrompt: true,
    discover: eapGp,
  },
  "eap-ig-activations": {
    description: "gradients integrated over the outputs of one part of the network after the other",
    paper: eapIg,
    options: [...options, steps],
    perPrompt: true,
    discover: eapIgActivations,
  },
  "eap-ig-inputs": {
    description: "gradients integrated over the embedding",
    paper: eapIg,
    options: [...options, steps],
    perPrompt: true,
    discover: eapIgInputs,
  },
  exact: {
    description: "the change of the loss with one edge ablated, measured for every edge",
    paper: eapIg,
    options: [...options, rule("prune", false, "cut with an edge what it leaves dangling")],
    perPrompt: true,
    discover: exact,
  },
  "information-flow-routes": {
    description: "how much of what a destination reads is a source's output; knows no task",
    paper: "Ferrando and Voita 2024, Information Flow Routes",
    options: [],
    perPrompt: true,
    discover: informationFlowRoutes,
  },
  "mean-of-methods": {
    description: "mean of several algorithms' scores, made comparable first",
    paper: "the parallel ensemble of the MIB shared task of 2025, arXiv:2510.06811",
    options: [
      ...options,
      {
        name: "algorithms",
        type: "names",
        choices: withAliases(meanAlgorithms),
        default: usualMeanAlgorithms,
        description: "the algorithms, at least two",
      },
      {
        name: "normalise",
        type: "string",
        choices: scoreNormalisations,
        default: "scale",
        description: "how they are made comparable: divided by their mean size, ranks with signs, or none",
      },
    ],
    perPrompt: true,
    discover: meanOfMethods,
  },
  relp: {
    description: "edge attribution with relevance propagated instead of gradients",
    paper: "Rezaei Jafari et al. 2025, RelP",
    options: [
      ...options,
      rule("norms", true, "hold the norms' denominators constant"),
      rule("activations", true, "hold act(x) / x constant"),
      rule("gates", true, "halve the gradient of gated MLPs' products"),
      rule("attention", false, "hold the attention patterns constant"),
    ],
    perPrompt: true,
    discover: relp,
  },
} as const satisfies Record<string, NamedAlgorithm>;
