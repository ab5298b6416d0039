import type { OptionSpec } from "../named-algorithm.ts";
import { ablationOption } from "../option-rows.ts";
import { targetOption } from "../probing/option-rows.ts";
import { warmStarts } from "./edge-pruning-options.ts";

/** Options of edge pruning. */
export const edgePruningRows: readonly OptionSpec[] = [
  { name: "epochs", type: "integer", default: 200, description: "passes over the prompts" },
  { name: "sparsity", type: "number", default: 0.97, description: "share of the edges that is to be left out" },
  { name: "nodes", type: "boolean", default: true, description: "masks of sources beside those of edges" },
  { name: "nodeSparsity", type: "number", description: "share of the sources that is to be left out" },
  {
    name: "warmStart",
    type: "string",
    choices: warmStarts,
    default: "none",
    description: "scores whose highest edges are likeliest to be kept at first",
  },
  {
    name: "startSparsity",
    type: "number",
    description: "the sparsity that training starts with: 0, with a warm start 0.8",
  },
  {
    name: "sparsityWarmUp",
    type: "number",
    default: 5 / 6,
    description: "share of the steps in which the sparsity rises",
  },
  { name: "learningRate", type: "number", default: 0.8, description: "highest learning rate of the masks" },
  {
    name: "multiplierRate",
    type: "number",
    description:
      "highest learning rate of what holds the sparsity; by default as for edges and steps of published runs",
  },
  {
    name: "learningRateWarmUp",
    type: "number",
    default: 1 / 15,
    description: "share of the steps in which the learning rates rise",
  },
  { name: "weightDecay", type: "number", default: 0.01, description: "decoupled weight decay" },
  { name: "initial", type: "number", default: 10, description: "where masks start that are not warm" },
  targetOption,
  ablationOption,
];
