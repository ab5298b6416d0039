import { ablationTypes } from "@autocircuit/core";
import { answerFunctions, gradFunctions } from "./loss.ts";
import type { OptionSpec } from "./named-algorithm.ts";

/** The option of what ablated edges take. */
export const ablationOption: OptionSpec = {
  name: "ablation",
  type: "string",
  choices: ablationTypes,
  default: "resample",
  description: "the values that ablated edges take",
};

/** Options of losses of answers. */
export const lossOptions: readonly OptionSpec[] = [
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
    default: "avg-diff",
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
