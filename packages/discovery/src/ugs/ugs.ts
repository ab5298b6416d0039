import { signature, USUAL_SEED } from "@autocircuit/base";
import type { PatchableModel, PromptLoader, ScoresInfo } from "@autocircuit/core";
import { FullModel } from "@autocircuit/metrics";
import { type Ablation, scope, Tensor } from "@autocircuit/native";
import { modelAndPrompts } from "../discovery-options.ts";
import { drawNoise, seededNoise } from "../masks/noise.ts";
import { needsFullModel, targetOf } from "../probing/probing-target.ts";
import { Sections } from "../training/sections.ts";
import { trainMasks } from "../training/train-masks.ts";
import { TrainedScores, type TrainingHistory } from "../training/trained-scores.ts";
import { TrainingSearch } from "../training/training-search.ts";
import { complexityTerm } from "./complexity.ts";
import { learnedAblation, meanOutputs, trainedAblation } from "./learned-ablation.ts";
import { liveMasks } from "./live-masks.ts";
import { type UgsOptions, ugsOptions, ugsSettings } from "./ugs-options.ts";
import { windowMasks, windowWeights } from "./window-masks.ts";

/** Scores of {@link ugs}, with the values of ablated edges that were trained. */
export class UgsScores extends TrainedScores {
  /** A vector for each source, `[S D]`; null where none were trained. */
  readonly vectors: Float32Array | null;

  constructor(trained: TrainedScores, vectors: Float32Array | null) {
    super(trained.graph, trained.values, trained.info, trained.history);
    this.vectors = vectors;
  }

  /** What ablated edges take in prompts of a number of positions (`ablation` of a run); null where nothing was trained. */
  ablation(positions: number): Ablation | null {
    return this.vectors && learnedAblation(this.vectors, this.graph.sources.length, positions);
  }
}

const check = signature("ugs", modelAndPrompts, ugsOptions);

/**
 * Uniform gradient sampling (UGS; Li and Janson 2024, "Optimal ablation for interpretability", arXiv:2409.09951): trains for each edge the
 * log-odds that it is kept. Masks are drawn anew for every prompt: 0 or 1, or in a window around the probability between them, where they carry
 * gradients. Edges of a sample that are on no path from `Resid Start` to `Resid End` are ablated. With `optimalAblation`, what ablated edges
 * take is trained with them: for each source the one vector that does least harm. The score of an edge is its log-odds, less those of the
 * least likely one.
 *
 * Cost: for each epoch `samples` forwards and backwards.
 *
 * @returns scores of at least 0, what was minimised in each step as `history`, and the trained vectors
 * @throws AutocircuitError `bad-input` for impossible numbers, and for trained vectors in a model with autoencoders; `not-finite` that names the
 *   step; `aborted`
 *
 * @example
 * const scores = await ugs(task.model, task.train, { optimalAblation: true });
 * using ablation = scores.ablation(batch.seqLen)!;
 * using logits = await task.model.forward(batch.clean, { ablate: scores.circuit(50).complement(), ablation });
 */
export async function ugs(model: PatchableModel, prompts: PromptLoader, options: UgsOptions = {}): Promise<UgsScores> {
  check({ model, prompts }, options);
  const { signal, onProgress, seed = USUAL_SEED } = options;
  const settings = ugsSettings(options, prompts.batchSize);
  const { epochs, learningRate, samples, target, optimalAblation, clip } = settings;
  const { graph } = model;
  const [edgeCount, sourceCount] = [graph.edgeCount, graph.sources.length];
  const dtype = model.computeDtype === "float64" ? "float64" : "float32";
  const noise = options.noise ?? seededNoise(seed);
  const parts = new Sections({ edges: edgeCount, vectors: optimalAblation ? sourceCount * model.config.dModel : 0 });
  const info: ScoresInfo = {
    ...{ algorithm: "ugs", options: { ...settings } },
    ...(options.noise === undefined && { seed }),
  };
  const found = (values: Float32Array, history: TrainingHistory) => {
    const alpha = parts.view(values, "edges");
    const least = alpha.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
    const scores = alpha.map((value) => value - least);
    const vectors = optimalAblation ? parts.view(values, "vectors").slice() : null;
    return new UgsScores(new TrainedScores(graph, scores, info, history), vectors);
  };
  const search = new TrainingSearch({
    ...{ algorithm: "ugs", graph, parameters: parts.size },
    asked: { ...settings, seed, prompts: prompts.batches.map(({ key }) => key) },
    scoresOf: ({ adam, history }) => found(Float32Array.from(adam.parameter), history),
  });

  using full = new FullModel(model, prompts);
  const reference = needsFullModel(target) ? await full.logits("clean", signal && { signal }) : undefined;
  const start = parts.filled({
    edges: settings.initial,
    vectors: optimalAblation ? await meanOutputs(model, prompts, signal) : [],
  });
  const { parameters, history } = await trainMasks({
    ...{ model, prompts, signal, onProgress, epochs, ablation: settings.ablation ?? "zero" },
    ablateFrom: "corrupt",
    from: options.resume && search.goOnFrom(options.resume, epochs * prompts.length),
    onState: options.onSearch && search.tellingOf(options.onSearch),
    start: Tensor.from(start, { shape: [parts.size], dtype }),
    adam: {
      ...{ learningRate, beta2: 0.995 },
      rates: parts.filled({ edges: 1, vectors: (settings.ablationRate ?? 0) / learningRate }),
    },
    limit: (gradient) => clipped(gradient, edgeCount, clip),
    async terms(step, { index, size: count }, before) {
      const rows = samples * count;
      const [drawn, weights, live] = await scope(async () => {
        const drawn = drawNoise(noise, { use: "mask", step, pass: 0, rows, edgeCount }, dtype);
        const masks = windowMasks(parts.of(before, "edges"), drawn);
        return [drawn, windowWeights(masks), await liveMasks(graph, masks)] as const;
      });
      return {
        passes: samples,
        size: (numbers) => complexityTerm(parts.of(numbers, "edges"), graph, settings),
        target: async (numbers, { slice, start, ablation }, pass) => {
          const first = pass * count + start;
          const of = (all: Tensor) => all.slice(0, first, first + slice.size);
          const kept = windowMasks(parts.of(numbers, "edges"), of(drawn), weights).mul(of(live));
          const mask = kept.neg().add(1);
          const learned = optimalAblation && trainedAblation(parts.of(numbers, "vectors"), sourceCount, slice.seqLen);
          const logits = await model.forward(slice.clean, { ablate: mask, ablation, ...learned, signal });
          return targetOf(target, logits, slice, reference?.[index]?.slice(0, start, start + slice.size));
        },
        [Symbol.dispose]() {
          for (const tensor of [drawn, weights, live]) tensor.dispose();
        },
      };
    },
  });
  return found(parameters, history);
}

/** A gradient whose first numbers are no longer than a bound, as a vector. */
function clipped(gradient: Tensor, count: number, bound: number): Tensor {
  return scope(() => {
    const first = gradient.slice(0, 0, count);
    const length = first.pow(2).sum().sqrt();
    const shorter = first.div(length.div(bound).clamp(1));
    return gradient.size === count ? shorter : Tensor.cat([shorter, gradient.slice(0, count, gradient.size)]);
  });
}
