import { AutocircuitError, type KindsOf, kind, USUAL_SEED } from "@autocircuit/base";
import {
  type AblationType,
  Circuit,
  coreKinds,
  type EdgeRef,
  type Graph,
  type PatchableModel,
  type PatchType,
  type PromptLoader,
  patchTypes,
} from "@autocircuit/core";
import { discoveryOptions } from "../discovery-options.ts";
import { type MaskFunction, maskFunctions, usualStart } from "../masks/mask-function.ts";
import { type Noise, seededNoise } from "../masks/noise.ts";
import { ownValues, type WithAliases, withAliases } from "../own-names.ts";
import type { TrainingOptions } from "../training/training-progress.ts";
import { type ProbingTarget, probingTargets } from "./probing-target.ts";

/** Options of probing, whatever the circuit's size. */
export interface ProbingOptions extends TrainingOptions {
  /** Passes over the prompts. Default 20. */
  readonly epochs?: number | undefined;
  /** Learning rate of Adam. Default 0.1. */
  readonly learningRate?: number | undefined;
  /** Weight of the circuit's size in the loss. Default 0.5. */
  readonly lambda?: number | undefined;
  /** The parameters start at this (tree) or at minus this. Default 0.5; for hard concrete ln 5, a mask of 0.9. */
  readonly initial?: number | undefined;
  /** Default `"sigmoid"`. */
  readonly maskFunction?: WithAliases<MaskFunction> | undefined;
  /** Probability that a mask drops out in a step, below 1. Default 0. */
  readonly dropout?: number | undefined;
  /** What of the outputs is kept small. Default `"kl-div"`. */
  readonly target?: WithAliases<ProbingTarget> | undefined;
  /** `"tree"` (default): ablate as many edges as possible on the clean prompts. `"edge"`: patch as few as needed on the corrupt ones. */
  readonly patch?: PatchType | undefined;
  /**
   * What a mask of 1 puts in the place of a source's output. Default `"tokenwise-mean-corrupt"` for a tree, else `"resample"`. Values that
   * are made batch by batch are those of the corrupt prompts for a tree, else of the clean ones, which corrupt prompts need to behave as
   * the clean ones do. AutoCircuit patches the mean of the corrupt prompts into corrupt prompts: `patch: "edge"` with
   * `"tokenwise-mean-corrupt"`.
   */
  readonly ablation?: AblationType | undefined;
  /** Edges that are to stay out of the circuit. */
  readonly avoid?: Iterable<EdgeRef> | undefined;
  /** Weight of the avoided edges beside the size, both times `lambda`. Default 1. */
  readonly avoidLambda?: number | undefined;
  /** Prompts on which the circuit is looked at after every step, with prompts of the same length; see `TrainingHistory.validation`. */
  readonly validation?: PromptLoader | undefined;
  /** Where uniform numbers come from. Default: the seed. */
  readonly noise?: Noise | undefined;
}

/** A probability below 1. */
const dropout = kind.such(
  "a number of at least 0, below 1",
  (value) => typeof value === "number" && value >= 0 && value < 1,
);

/** What {@link ProbingOptions} may be. */
export const probingOptions = {
  ...discoveryOptions,
  epochs: kind.count,
  learningRate: kind.positive,
  lambda: kind.finite,
  initial: kind.finite,
  maskFunction: kind.oneOf(withAliases(maskFunctions)),
  dropout,
  target: kind.oneOf(withAliases(probingTargets)),
  patch: kind.oneOf(patchTypes),
  ablation: coreKinds.ablationName,
  avoid: coreKinds.edges,
  avoidLambda: kind.finite,
  validation: coreKinds.promptLoader,
  noise: kind.callback,
} satisfies KindsOf<ProbingOptions>;

/** {@link ProbingOptions} with what was left out. */
export interface ProbingSettings {
  readonly epochs: number;
  readonly learningRate: number;
  readonly lambda: number;
  readonly initial: number;
  readonly maskFunction: MaskFunction;
  readonly dropout: number;
  readonly target: ProbingTarget;
  readonly patch: PatchType;
  readonly ablation: AblationType;
  readonly avoidLambda: number;
}

/** Fills in what was left out. */
export function probingSettings(options: ProbingOptions): ProbingSettings {
  const { maskFunction = "sigmoid", target = "kl-div", patch = "tree" } = ownValues(options);
  return {
    epochs: options.epochs ?? 20,
    learningRate: options.learningRate ?? 0.1,
    lambda: options.lambda ?? 0.5,
    initial: options.initial ?? usualStart(maskFunction),
    maskFunction,
    dropout: options.dropout ?? 0,
    target,
    patch,
    ablation: options.ablation ?? (patch === "tree" ? "tokenwise-mean-corrupt" : "resample"),
    avoidLambda: options.avoidLambda ?? 1,
  };
}

/** The noise that was given, or the seed's. */
export function noiseOf({ noise, seed = USUAL_SEED }: Pick<ProbingOptions, "noise" | "seed">): Noise {
  return noise ?? seededNoise(seed);
}

/** Numbers of the avoided edges. @throws AutocircuitError `unknown-name` or `bad-input` for an edge the graph does not have */
export function avoidedEdges(graph: Graph, { avoid }: Pick<ProbingOptions, "avoid">): number[] {
  return avoid === undefined ? [] : [...Circuit.of(graph, avoid).indices];
}

/** @throws AutocircuitError `bad-input` for a size that is no circuit's of this graph */
export function requireProbedSize({ graph }: Pick<PatchableModel, "graph">, size: number): void {
  if (size <= graph.edgeCount) return;
  throw new AutocircuitError(
    "bad-input",
    `A circuit of ${size} edges is more than the graph has: give at most ${graph.edgeCount}.`,
  );
}
