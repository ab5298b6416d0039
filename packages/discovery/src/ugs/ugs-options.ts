import { AutocircuitError, type KindsOf, kind } from "@autocircuit/base";
import { type AblationType, coreKinds } from "@autocircuit/core";
import { discoveryOptions } from "../discovery-options.ts";
import { type ResumableOptions, resumableOptions } from "../long-search/search-state.ts";
import type { Noise } from "../masks/noise.ts";
import { ownName, type WithAliases, withAliases } from "../own-names.ts";
import { type ProbingTarget, probingTargets } from "../probing/probing-target.ts";
import type { TrainingOptions } from "../training/training-progress.ts";

/** Options of `ugs`. */
export interface UgsOptions extends TrainingOptions, ResumableOptions {
  /** Passes over the prompts. Default 100; published runs make some 2000 steps of 5 prompts. */
  readonly epochs?: number | undefined;
  /** Learning rate of the log-odds. Default 0.05. */
  readonly learningRate?: number | undefined;
  /** Weight of each edge's probability. Default 1e-3. */
  readonly lambda?: number | undefined;
  /** Weight of heads beside their edges. Default half of `lambda`, at most 2e-4. */
  readonly nodeLambda?: number | undefined;
  /** Masks for each prompt in a step. Default as many as make 60 masks a step. */
  readonly samples?: number | undefined;
  /** Log-odds that edges start with. Default 1. */
  readonly initial?: number | undefined;
  /** Longest gradient of the log-odds. Default 5. */
  readonly clip?: number | undefined;
  /** Train what ablated edges take as well: a vector for each source, from its mean on. Default false. */
  readonly optimalAblation?: boolean | undefined;
  /** Learning rate of these vectors. Default 2e-3. */
  readonly ablationRate?: number | undefined;
  /** What of the outputs is kept small. Default `"kl-div"`. */
  readonly target?: WithAliases<ProbingTarget> | undefined;
  /** What ablated edges take where it is not trained. Default `"resample"`. */
  readonly ablation?: AblationType | undefined;
  /** Where uniform numbers come from. Default: the seed. */
  readonly noise?: Noise | undefined;
}

const weight = kind.such(
  "a finite number of at least 0",
  (value) => typeof value === "number" && value >= 0 && value < Number.POSITIVE_INFINITY,
);

/** What {@link UgsOptions} may be. */
export const ugsOptions = {
  ...discoveryOptions,
  ...resumableOptions,
  epochs: kind.count,
  learningRate: kind.positive,
  lambda: weight,
  nodeLambda: weight,
  samples: kind.count,
  initial: kind.finite,
  clip: kind.positive,
  optimalAblation: kind.flag,
  ablationRate: kind.positive,
  target: kind.oneOf(withAliases(probingTargets)),
  ablation: coreKinds.ablationName,
  noise: kind.callback,
} satisfies KindsOf<UgsOptions>;

/** Masks in a step. */
const MASKS = 60;

/** {@link UgsOptions} with what was left out; of both ways to ablate only what counts. */
export interface UgsSettings {
  readonly epochs: number;
  readonly learningRate: number;
  readonly lambda: number;
  readonly nodeLambda: number;
  readonly samples: number;
  readonly initial: number;
  readonly clip: number;
  readonly target: ProbingTarget;
  readonly optimalAblation: boolean;
  readonly ablationRate?: number;
  readonly ablation?: AblationType;
}

/** Fills in what was left out. */
export function ugsSettings(options: UgsOptions, batchSize: number): UgsSettings {
  const { lambda = 1e-3, optimalAblation = false } = options;
  const idle = optimalAblation ? "ablation" : "ablationRate";
  if (options[idle] !== undefined)
    throw new AutocircuitError(
      "bad-input",
      `ugs: \`${idle}\` does nothing ${optimalAblation ? "with `optimalAblation`, which trains what ablated edges take" : "without `optimalAblation`"}: leave it out.`,
    );
  return {
    epochs: options.epochs ?? 100,
    learningRate: options.learningRate ?? 0.05,
    lambda,
    nodeLambda: options.nodeLambda ?? Math.min(lambda / 2, 2e-4),
    samples: options.samples ?? Math.ceil(MASKS / Math.max(1, batchSize)),
    initial: options.initial ?? 1,
    clip: options.clip ?? 5,
    target: ownName(options.target ?? "kl-div"),
    optimalAblation,
    ...(optimalAblation
      ? { ablationRate: options.ablationRate ?? 2e-3 }
      : { ablation: options.ablation ?? "resample" }),
  };
}
