import type { NamedAlgorithm, OptionSpec } from "../named-algorithm.ts";
import { lossOptions } from "../option-rows.ts";
import { attributionLosses } from "./attribution-options.ts";
import { ceap } from "./ceap.ts";
import { cleanCorrupted } from "./clean-corrupted.ts";
import { eapGp } from "./eap-gp.ts";
import { eapIgActivations } from "./eap-ig-activations.ts";
import { eapIgInputs } from "./eap-ig-inputs.ts";
import { exact } from "./exact.ts";
import { informationFlowRoutes } from "./information-flow.ts";
import { relp } from "./relp.ts";

const options: readonly OptionSpec[] = [
  {
    name: "loss",
    type: "string",
    choices: attributionLosses,
    default: "answers",
    description: "what gradients are taken of: answers, KL divergence from the clean run, or faithfulness",
  },
  ...lossOptions,
];

const steps: OptionSpec = { name: "steps", type: "integer", default: 5, description: "points that are averaged over" };

const rule = (name: string, usual: boolean, description: string): OptionSpec => ({
  name,
  type: "boolean",
  default: usual,
  description,
});

const eapIg = "Hanna, Pezzelle and Belinkov 2024, Have Faith in Faithfulness";

/** Methods of attribution by name. */
export const attributionMethods = {
  ceap: {
    description:
      "follows every source's output while the embedding moves, so that scores add up to the change of the loss",
    source: "Wu, Tonin and Cevher 2026, arXiv:2606.16920",
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
    discover: ceap,
  },
  "clean-corrupted": {
    description: "mean of the gradients at the clean and the ablated embedding",
    source: eapIg,
    options,
    discover: cleanCorrupted,
  },
  "eap-gp": {
    description: "gradients along a path that descends to the corrupt outputs",
    source: "Zhang et al. 2025, EAP-GP",
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
    discover: eapGp,
  },
  "eap-ig-activations": {
    description: "gradients integrated over the outputs of one part of the network after the other",
    source: eapIg,
    options: [...options, steps],
    discover: eapIgActivations,
  },
  "eap-ig-inputs": {
    description: "gradients integrated over the embedding",
    source: eapIg,
    options: [...options, steps],
    discover: eapIgInputs,
  },
  exact: {
    description: "the change of the loss with one edge ablated, measured for every edge",
    source: eapIg,
    options: [...options, rule("prune", false, "cut with an edge what it leaves dangling")],
    discover: exact,
  },
  "information-flow-routes": {
    description: "how much of what a destination reads is a source's output; knows no task",
    source: "Ferrando and Voita 2024, Information Flow Routes",
    options: [],
    discover: informationFlowRoutes,
  },
  relp: {
    description: "edge attribution with relevance propagated instead of gradients",
    source: "Rezaei Jafari et al. 2025, RelP",
    options: [
      ...options,
      rule("norms", true, "hold the norms' denominators constant"),
      rule("activations", true, "hold act(x) / x constant"),
      rule("gates", true, "halve the gradient of gated MLPs' products"),
      rule("attention", false, "hold the attention patterns constant"),
    ],
    discover: relp,
  },
} as const satisfies Record<string, NamedAlgorithm>;
