import { type KindsOf, kind, signature, USUAL_SEED } from "@autocircuit/base";
import type { PatchableModel, PatchType, PromptLoader, ScoresInfo } from "@autocircuit/core";
import { FullModel } from "@autocircuit/metrics";
import { Tensor } from "@autocircuit/native";
import { modelAndPrompts } from "../discovery-options.ts";
import { type ResumableOptions, resumableOptions } from "../long-search/search-state.ts";
import { MaskSampler } from "../masks/mask-sampler.ts";
import { drawNoise } from "../masks/noise.ts";
import { trainMasks } from "../training/train-masks.ts";
import { TrainedScores } from "../training/trained-scores.ts";
import { TrainingSearch } from "../training/training-search.ts";
import {
  avoidedEdges,
  noiseOf,
  type ProbingOptions,
  type ProbingSettings,
  probingOptions,
  probingSettings,
  requireProbedSize,
} from "./probing-options.ts";
import { needsFullModel, targetOf } from "./probing-target.ts";
import { sizeTerm } from "./size-term.ts";
import { Validation } from "./validation.ts";

/** Options of {@link subnetworkProbing}. */
export interface SubnetworkProbingOptions extends ProbingOptions, ResumableOptions {
  /** Size up to which edges cost nothing; by default every edge costs the same. */
  readonly circuitSize?: number | undefined;
}

const check = signature("subnetworkProbing", modelAndPrompts, {
  ...probingOptions,
  ...resumableOptions,
  circuitSize: kind.count,
} satisfies KindsOf<SubnetworkProbingOptions>);

/**
 * Subnetwork probing on edges (Cao, Sanh and Rush 2021, "Low-Complexity Probing via Finding Subnetworks", section 3; on edges as in
 * AutoCircuit): trains a parameter per edge with Adam, whose mask keeps the outputs near a target while the circuit is small. The score of
 * an edge is how far its parameter ended from the one that stands most clearly for leaving it out.
 *
 * With `maskFunction: "hard-concrete"` every prompt of a batch has masks of its own, samples that are 0 or 1 most of the time.
 *
 * @returns scores of at least 0, and what was minimised in each step as `history`
 * @throws AutocircuitError `bad-input` for impossible numbers, a circuit size the graph does not have, or validation prompts of another
 *   length; `unknown-name` for an unknown mask function or target, or an avoided edge that the graph does not have; `not-finite` that names
 *   the step where the loss is no number; `aborted`
 *
 * @example
 * const scores = await subnetworkProbing(task.model, task.train, { epochs: 50, maskFunction: "hard-concrete", circuitSize: 40 });
 * console.log(scores.history.loss.at(-1));
 */
export async function subnetworkProbing(
  model: PatchableModel,
  prompts: PromptLoader,
  options: SubnetworkProbingOptions = {},
): Promise<TrainedScores> {
  check({ model, prompts }, options);
  const settings = probingSettings(options);
  const { circuitSize, signal, onProgress } = options;
  const { patch, maskFunction, dropout, target } = settings;
  const { edgeCount } = model.graph;
  if (circuitSize !== undefined) requireProbedSize(model, circuitSize);
  const avoid = avoidedEdges(model.graph, options);
  const noise = noiseOf(options);
  const dtype = model.computeDtype === "float64" ? "float64" : "float32";

  using full = new FullModel(model, prompts);
  const reference = needsFullModel(target) ? await full.logits("clean", signal && { signal }) : undefined;
  using validation =
    options.validation && (await Validation.of(model, options.validation, prompts, { ...settings, signal }));
  const info = infoOf(model, options, settings, avoid);
  const search = new TrainingSearch({
    ...{ algorithm: "subnetwork-probing", graph: model.graph },
    asked: { ...info.options, seed: options.seed ?? USUAL_SEED, prompts: prompts.batches.map(({ key }) => key) },
    scoresOf: ({ adam, history }) =>
      new TrainedScores(model.graph, scoresOf(Float32Array.from(adam.parameter), patch), info, history),
  });
  const { parameters, history } = await trainMasks({
    ...{ model, prompts, signal, onProgress, ...settings },
    adam: { learningRate: settings.learningRate },
    from: options.resume && search.goOnFrom(options.resume, settings.epochs * prompts.length),
    onState: options.onSearch && search.tellingOf(options.onSearch),
    start: Tensor.full([edgeCount], patch === "tree" ? settings.initial : -settings.initial, { dtype }),
    ablateFrom: patch === "tree" ? "corrupt" : "clean",
    terms(step, { index, size: count }) {
      const sampler = new MaskSampler(
        { maskFunction, dropout, noise },
        { step, pass: 0, promptCount: count, edgeCount, dtype },
      );
      const request = { use: "size", step, pass: 0, rows: 1, edgeCount } as const;
      const sample = maskFunction === "hard-concrete" ? drawNoise(noise, request, dtype) : undefined;
      return {
        size: (numbers) => {
          const term = sizeTerm(numbers, sample?.select(0, 0), { ...settings, circuitSize, avoid });
          return term.mul(settings.lambda);
        },
        target: async (numbers, { slice, start, ablation }) => {
          const end = start + slice.size;
          const mask = sampler.masks(numbers, start, end);
          const logits = await model.forward(patch === "tree" ? slice.clean : slice.corrupt, {
            ablate: mask,
            ablation,
            signal,
          });
          return targetOf(target, logits, slice, reference?.[index]?.slice(0, start, end));
        },
        [Symbol.dispose]() {
          sampler[Symbol.dispose]();
          sample?.dispose();
        },
      };
    },
    validate:
      validation &&
      (async (numbers, step, { index }) => {
        const batch = validation.batch(index);
        const sampled = { step, pass: 1, promptCount: batch.size, edgeCount, dtype } as const;
        using sampler = new MaskSampler({ maskFunction, dropout, noise }, sampled);
        return await validation.point(batch, numbers, sampler);
      }),
  });
  return new TrainedScores(model.graph, scoresOf(parameters, patch), info, history);
}

function infoOf(
  { graph }: PatchableModel,
  { circuitSize, noise, seed = USUAL_SEED }: SubnetworkProbingOptions,
  { avoidLambda, ...settings }: ProbingSettings,
  avoid: readonly number[],
): ScoresInfo {
  const random = settings.maskFunction === "hard-concrete" || settings.dropout > 0;
  return {
    algorithm: "subnetwork-probing",
    options: {
      ...settings,
      ...(circuitSize !== undefined && { circuitSize }),
      ...(avoid.length > 0 && { avoidLambda, avoid: avoid.map((edge) => String(graph.edge(edge))) }),
    },
    ...(random && noise === undefined && { seed }),
  };
}

/**
 * Tree: how far a parameter is below the largest, which is the most ablated edge; else how far above the smallest. Where all have the sign
 * that is not to be expected the scores are shifted, as AutoCircuit's are: their order is the same.
 */
function scoresOf(parameters: Float32Array, patch: PatchType): Float32Array {
  const tree = patch === "tree";
  const extreme = parameters.reduce(
    (most, value) => (tree ? Math.max(most, value) : Math.min(most, value)),
    tree ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY,
  );
  return parameters.map((value) => Math.abs(extreme) + (tree ? -value : value));
}
