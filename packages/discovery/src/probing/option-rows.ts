import { patchTypes } from "@autocircuit/core";
import { maskFunctions } from "../masks/mask-function.ts";
import type { OptionSpec } from "../named-algorithm.ts";
import { ablationOption } from "../option-rows.ts";
import { probingTargets } from "./probing-target.ts";

/** What of the outputs training keeps small. */
export const targetOption: OptionSpec = {
  name: "target",
  type: "string",
  choices: probingTargets,
  default: "kl-div",
  description: "what of the outputs is kept small",
};

/** Options of everything that trains a mask, with the defaults that differ. */
export function probingOptions(
  epochs: number,
  lambda: number,
  maskFunction = "sigmoid",
  avoidLambda = 1,
  start = "0.5, for hard concrete ln 5",
): readonly OptionSpec[] {
  return [
    { name: "epochs", type: "integer", default: epochs, description: "passes over the prompts" },
    { name: "learningRate", type: "number", default: 0.1, description: "learning rate of Adam" },
    { name: "lambda", type: "number", default: lambda, description: "weight of the circuit's size in the loss" },
    { name: "initial", type: "number", description: `where the trained numbers start: ${start}` },
    {
      name: "maskFunction",
      type: "string",
      choices: maskFunctions,
      default: maskFunction,
      description: "what turns the trained numbers into masks",
    },
    { name: "dropout", type: "number", default: 0, description: "probability that a mask drops out in a step" },
    targetOption,
    {
      name: "patch",
      type: "string",
      choices: patchTypes,
      default: "tree",
      description: "tree: ablate outside the circuit on the clean prompts; edge: patch it into the corrupt ones",
    },
    {
      ...ablationOption,
      default: "tokenwise-mean-corrupt",
      description: "the values that ablated edges take; by default, where `patch` is edge, those of the clean prompts",
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

/** Where those start that look for circuits of given sizes. */
export const circuitStart = "-ln 5, without a mask function 0.5";

/** Options of what looks for circuits of several sizes. */
export const sizesOptions: readonly OptionSpec[] = [
  {
    name: "circuitSizes",
    type: "sizes",
    description: 'sizes of the circuits; "true_size" (default) is the published one\'s',
  },
  { name: "knownEdges", type: "edges", description: 'the known circuit, whose size is "true_size"' },
];
