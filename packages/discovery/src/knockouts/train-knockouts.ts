import { type DType, type KindsOf, kind, signature, USUAL_SEED } from "@autocircuit/base";
import {
  type AblationType,
  coreKinds,
  type PatchableModel,
  type PromptBatch,
  type PromptLoader,
  type PruneScores,
  requireSameGraph,
} from "@autocircuit/core";
import { batchAnswerDifference, klOfLogprobs, logprob } from "@autocircuit/metrics";
import { scope, Tensor } from "@autocircuit/native";
import { discoveryOptions, modelAndPrompts } from "../discovery-options.ts";
import { hardConcreteStart } from "../masks/hard-concrete.ts";
import { type MaskFunction, masksOf } from "../masks/mask-function.ts";
import { MaskSampler } from "../masks/mask-sampler.ts";
import { drawNoise, type Noise, seededNoise } from "../masks/noise.ts";
import { ownValues, type WithAliases, withAliases } from "../own-names.ts";
import { type StepTerms, trainMasks } from "../training/train-masks.ts";
import { TrainedScores } from "../training/trained-scores.ts";
import type { TrainingOptions } from "../training/training-progress.ts";

/** Mask functions that knockouts can have: they must reach 0 and 1. */
export type KnockoutMaskFunction = Exclude<MaskFunction, "none">;

/** What the adversary makes as different as it can: the distributions, or the logit differences. */
export type KnockoutTarget = "kl-div" | "logit-diff";

/** Options of {@link trainKnockouts}. */
export interface TrainKnockoutsOptions extends TrainingOptions {
  /** Scores that rank the edges of the circuit. */
  readonly scores: PruneScores;
  /** Edges of the circuit; ties can make it larger. */
  readonly size: number;
  /** Passes over the prompts. Default 300. */
  readonly epochs?: number | undefined;
  /** Learning rate of Adam. Default 0.02. */
  readonly learningRate?: number | undefined;
  /** Weight of the number of knockouts in the loss. Default 0. */
  readonly lambda?: number | undefined;
  /** Knockouts up to this number cost nothing. Default a fifth of `size`, at least 1. */
  readonly most?: number | undefined;
  /** Default `"hard-concrete"`. */
  readonly maskFunction?: WithAliases<KnockoutMaskFunction> | undefined;
  /** Default `"kl-div"`. */
  readonly target?: WithAliases<KnockoutTarget> | undefined;
  /**
   * Whether circuit and full model have the same knockouts (default), or each draws samples of its own, as in AutoCircuit: then they differ
   * for that reason alone. Makes no difference where masks are not sampled.
   */
  readonly sharedKnockouts?: boolean | undefined;
  /** What the number of knockouts is counted by. Default `maskFunction`; AutoCircuit always counts a hard concrete sample. */
  readonly countedBy?: WithAliases<KnockoutMaskFunction> | undefined;
  /** What ablated edges take, made from the corrupt prompts. Default `"resample"`. */
  readonly ablation?: AblationType | undefined;
  /** Where uniform numbers come from. Default: the seed. */
  readonly noise?: Noise | undefined;
}

const functions = kind.oneOf(withAliases<KnockoutMaskFunction>(["sigmoid", "hard-concrete"]));
const check = signature("trainKnockouts", modelAndPrompts, {
  ...discoveryOptions,
  scores: kind.required(coreKinds.pruneScores),
  size: kind.required(kind.count),
  epochs: kind.count,
  learningRate: kind.positive,
  lambda: kind.finite,
  most: kind.count,
  maskFunction: functions,
  target: kind.oneOf(withAliases<KnockoutTarget>(["kl-div", "logit-diff"])),
  sharedKnockouts: kind.flag,
  countedBy: functions,
  ablation: coreKinds.ablationName,
  noise: kind.callback,
} satisfies KindsOf<TrainKnockoutsOptions>);

/** The parameter of edges outside the circuit: no mask function knocks them out. */
const NEVER = -99;

/**
 * Looks for the edges of a circuit whose knockout makes it and the full model differ most: the adversary of completeness, see
 * `sameUnderKnockouts`. Clean prompts are run twice, once with everything outside the circuit ablated and once with nothing, and with the
 * same edges of the circuit knocked out in both; a parameter per edge of the circuit is trained with Adam.
 *
 * Give training prompts, and measure on others.
 *
 * @returns the parameters, above 0 for edges that are knocked out more often than not, -99 outside the circuit; and what was minimised in
 *   each step as `history`
 * @throws AutocircuitError `bad-input` for scores of another graph or a size the graph does not have; `not-finite` that names the step where
 *   the loss is no number; `aborted`
 *
 * @example
 * const knockouts = await trainKnockouts(task.model, task.train, { scores, size: 50, lambda: 0.5 });
 * const { kl, knockoutKl } = await sameUnderKnockouts(task.model, task.test, { scores, size: 50, knockouts });
 */
export async function trainKnockouts(
  model: PatchableModel,
  prompts: PromptLoader,
  options: TrainKnockoutsOptions,
): Promise<TrainedScores> {
  check({ model, prompts }, options);
  const { scores, size, seed = USUAL_SEED, signal, onProgress } = options;
  const noise = options.noise ?? seededNoise(seed);
  requireSameGraph(scores.graph, model.graph, "The scores are");
  const settings = settingsOf(options);
  const mask = scores.circuit(size).mask();
  const dtype = model.computeDtype === "float64" ? "float64" : "float32";
  using inside = Tensor.from(mask, { dtype });
  const { parameters, history } = await trainMasks({
    ...{ model, prompts, signal, onProgress, ...settings },
    adam: { learningRate: settings.learningRate },
    start: Tensor.full([model.graph.edgeCount], -hardConcreteStart, { dtype }),
    ablateFrom: "corrupt",
    terms: (step, batch) => knockoutTerms(model, { step, batch, inside, dtype, signal }, settings, noise),
  });
  const values = parameters.map((value, edge) => (mask[edge] === 1 ? value : NEVER));
  return new TrainedScores(
    model.graph,
    values,
    { algorithm: "knockouts", options: { ...settings, size }, ...(options.noise === undefined && { seed }) },
    history,
  );
}

type Settings = ReturnType<typeof settingsOf>;

function settingsOf(given: TrainKnockoutsOptions) {
  const options = ownValues(given);
  const { size, maskFunction = "hard-concrete" } = options;
  return {
    epochs: options.epochs ?? 300,
    learningRate: options.learningRate ?? 0.02,
    lambda: options.lambda ?? 0,
    most: options.most ?? Math.max(1, Math.floor(size / 5)),
    maskFunction,
    target: options.target ?? "kl-div",
    sharedKnockouts: options.sharedKnockouts ?? true,
    countedBy: options.countedBy ?? maskFunction,
    ablation: options.ablation ?? "resample",
  };
}

interface KnockoutStep {
  readonly step: number;
  readonly batch: PromptBatch;
  /** 1 for the edges of the circuit, `[E]`. */
  readonly inside: Tensor;
  readonly dtype: DType;
  readonly signal: AbortSignal | undefined;
}

function knockoutTerms(
  model: PatchableModel,
  { step, batch, inside, dtype, signal }: KnockoutStep,
  { maskFunction, countedBy, sharedKnockouts, most, lambda, target }: Settings,
  noise: Noise,
): StepTerms {
  const drawn = { step, edgeCount: inside.size, dtype };
  const sampler = (pass: number) =>
    new MaskSampler({ maskFunction, dropout: 0, noise }, { ...drawn, pass, promptCount: batch.size });
  const ofCircuit = sampler(0);
  const ofModel = sharedKnockouts ? ofCircuit : sampler(1);
  const sample =
    countedBy === "hard-concrete" ? drawNoise(noise, { ...drawn, use: "size", pass: 0, rows: 1 }, dtype) : undefined;
  return {
    size: (parameters) => {
      const count = masksOf(countedBy, parameters, sample?.select(0, 0)).mul(inside).sum();
      return count
        .sub(most)
        .relu()
        .mul(lambda / most);
    },
    target: async (parameters, { slice, start, ablation }) => {
      const end = start + slice.size;
      const knockouts = ofCircuit.masks(parameters, start, end).mul(inside);
      const others = sharedKnockouts ? knockouts : ofModel.masks(parameters, start, end).mul(inside);
      const outside = inside.neg().add(1);
      const circuit = await model.forward(slice.clean, { ablate: knockouts.add(outside), ablation, signal });
      const full = await model.forward(slice.clean, { ablate: others, ablation, signal });
      return likeness(target, full, circuit, slice);
    },
    [Symbol.dispose]() {
      ofCircuit[Symbol.dispose]();
      ofModel[Symbol.dispose]();
      sample?.dispose();
    },
  };
}

/** Minus how much the circuit falls behind the full model: a scalar. */
function likeness(target: KnockoutTarget, full: Tensor, circuit: Tensor, batch: PromptBatch): Tensor {
  return scope(() => {
    if (target === "kl-div") return klOfLogprobs(logprob(full), logprob(circuit)).mean().neg();
    return batchAnswerDifference(circuit, batch).sub(batchAnswerDifference(full, batch)).mean();
  });
}
