import type { OptionSpec } from "../named-algorithm.ts";
import { ablationOption } from "../option-rows.ts";
import { targetOption } from "../probing/option-rows.ts";

/** Options of uniform gradient sampling. */
export const ugsRows: readonly OptionSpec[] = [
  { name: "epochs", type: "integer", default: 100, description: "passes over the prompts" },
  { name: "learningRate", type: "number", default: 0.05, description: "learning rate of the log-odds" },
  { name: "lambda", type: "number", default: 1e-3, description: "weight of each edge's probability in the loss" },
  {
    name: "nodeLambda",
    type: "number",
    description: "weight of heads beside their edges: half of lambda, at most 2e-4",
  },
  { name: "samples", type: "integer", description: "masks for each prompt in a step; as many as make 60 in all" },
  { name: "initial", type: "number", default: 1, description: "log-odds that edges start with" },
  { name: "clip", type: "number", default: 5, description: "longest gradient of the log-odds" },
  {
    name: "optimalAblation",
    type: "boolean",
    default: false,
    description: "train what ablated edges take as well, a vector for each source",
  },
  { name: "ablationRate", type: "number", default: 2e-3, description: "learning rate of these vectors" },
  targetOption,
  ablationOption,
];
