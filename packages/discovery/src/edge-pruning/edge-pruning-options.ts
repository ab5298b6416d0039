import { type KindsOf, kind } from "@autocircuit/base";
import { type AblationType, coreKinds, type PruneScores } from "@autocircuit/core";
import { discoveryOptions } from "../discovery-options.ts";
import { type ResumableOptions, resumableOptions } from "../long-search/search-state.ts";
import type { Noise } from "../masks/noise.ts";
import { ownName, type WithAliases, withAliases } from "../own-names.ts";
import { type ProbingTarget, probingTargets } from "../probing/probing-target.ts";
import type { TrainingOptions } from "../training/training-progress.ts";

/** Options of `edgePruning`. */
export interface EdgePruningOptions extends TrainingOptions, ResumableOptions {
  /** Passes over the prompts. Default 200; published runs make 3000 steps of 32 prompts. */
  readonly epochs?: number | undefined;
  /** Highest learning rate, of the masks' log-odds. Default 0.8. */
  readonly learningRate?: number | undefined;
  /**
   * The same of the multipliers that hold the sparsity at its target. What they push an edge with is one over the number of edges. By default
   * they may come as far for each edge as the published runs (0.8 in each of 3000 steps for the 32,491 edges of GPT-2 small) in the steps that
   * there are.
   */
  readonly multiplierRate?: number | undefined;
  /** Share of the edges that is to be left out. Above 1 it pushes harder and harder. Default 0.97. */
  readonly sparsity?: number | undefined;
  /** Whether sources have masks as well, which leave out all their edges at once. Default true. */
  readonly nodes?: boolean | undefined;
  /** Share of the sources that is to be left out. Default: whatever the edges need. */
  readonly nodeSparsity?: number | undefined;
  /** The sparsity that training starts with. Default 0; with a warm start 0.8, or `sparsity` where that is less. */
  readonly startSparsity?: number | undefined;
  /** Share of the steps over which the target goes from `startSparsity` to `sparsity`. Default 5/6. */
  readonly sparsityWarmUp?: number | undefined;
  /** Share of the steps over which the learning rates rise; then they fall to 0. Default 1/15. */
  readonly learningRateWarmUp?: number | undefined;
  /** Decoupled weight decay. Default 0.01, that of the published code's optimiser. */
  readonly weightDecay?: number | undefined;
  /** Where masks start that are not warm, give or take 0.01: with a warm start those of sources. Default 10: everything is kept. */
  readonly initial?: number | undefined;
  /** Scores whose highest edges are likeliest to be kept at first, or the algorithm that makes them. Default `"none"`. */
  readonly warmStart?: (typeof warmStarts)[number] | PruneScores | undefined;
  /** What of the outputs is kept small. Default `"kl-div"`. */
  readonly target?: WithAliases<ProbingTarget> | undefined;
  /** What edges that are left out take. Default `"resample"`. */
  readonly ablation?: AblationType | undefined;
  /** Where uniform numbers come from. Default: the seed. */
  readonly noise?: Noise | undefined;
}

/** How far the multipliers of published runs may come for each edge of the graph. */
const REACH = (0.8 * 3000) / 32_491;

/** The algorithms a warm start can be made by. */
export const warmStarts = ["none", "eap-ig-inputs"] as const;

const sparsity = kind.such("a number above 0, below 2", (value) => typeof value === "number" && value > 0 && value < 2);

/** A share of the steps. */
const part = kind.such(
  "a number of at least 0, below 1",
  (value) => typeof value === "number" && value >= 0 && value < 1,
);

/** What {@link EdgePruningOptions} may be. */
export const edgePruningOptions = {
  ...discoveryOptions,
  ...resumableOptions,
  epochs: kind.count,
  learningRate: kind.positive,
  multiplierRate: kind.positive,
  sparsity,
  nodes: kind.flag,
  nodeSparsity: sparsity,
  startSparsity: part,
  sparsityWarmUp: part,
  learningRateWarmUp: part,
  weightDecay: part,
  initial: kind.finite,
  warmStart: kind.either(kind.oneOf(warmStarts), coreKinds.pruneScores),
  target: kind.oneOf(withAliases(probingTargets)),
  ablation: coreKinds.ablationName,
  noise: kind.callback,
} satisfies KindsOf<EdgePruningOptions>;

/** Fills in what was left out. What says nothing is left out: `nodeSparsity` without nodes' masks or a target for them. */
export function edgePruningSettings(options: EdgePruningOptions, edgeCount: number, batchCount: number) {
  const { sparsity = 0.97, nodes = true, warmStart = "none", nodeSparsity } = options;
  const epochs = options.epochs ?? 200;
  return {
    epochs,
    learningRate: options.learningRate ?? 0.8,
    multiplierRate: options.multiplierRate ?? (REACH * edgeCount) / (epochs * Math.max(1, batchCount)),
    sparsity,
    nodes,
    ...(nodeSparsity !== undefined && { nodeSparsity }),
    startSparsity: options.startSparsity ?? (warmStart === "none" ? 0 : Math.min(0.8, sparsity)),
    sparsityWarmUp: options.sparsityWarmUp ?? 5 / 6,
    learningRateWarmUp: options.learningRateWarmUp ?? 1 / 15,
    weightDecay: options.weightDecay ?? 0.01,
    warmStart: typeof warmStart === "string" ? warmStart : ownName<string>(warmStart.info.algorithm ?? "given scores"),
    ...((warmStart === "none" || options.initial !== undefined) && { initial: options.initial ?? 10 }),
    target: ownName(options.target ?? "kl-div"),
    ablation: options.ablation ?? "resample",
  };
}

/** {@link EdgePruningOptions} with what was left out. */
export type EdgePruningSettings = ReturnType<typeof edgePruningSettings>;
