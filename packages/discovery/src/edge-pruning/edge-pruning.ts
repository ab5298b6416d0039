import { AutocircuitError, signature, USUAL_SEED } from "@autocircuit/base";
import { Circuit, type PatchableModel, type PromptLoader, requireSameGraph, type ScoresInfo } from "@autocircuit/core";
import { FullModel } from "@autocircuit/metrics";
import { scope, Tensor } from "@autocircuit/native";
import { eapIgInputs } from "../attribution/eap-ig-inputs.ts";
import { modelAndPrompts } from "../discovery-options.ts";
import { hardConcrete, hardConcreteShift } from "../masks/hard-concrete.ts";
import { drawNoise, drawNumbers, type Noise, seededNoise } from "../masks/noise.ts";
import { needsFullModel, targetOf } from "../probing/probing-target.ts";
import { Sections } from "../training/sections.ts";
import { trainMasks } from "../training/train-masks.ts";
import { TrainedScores, type TrainingHistory } from "../training/trained-scores.ts";
import { TrainingSearch } from "../training/training-search.ts";
import {
  type EdgePruningOptions,
  type EdgePruningSettings,
  edgePruningOptions,
  edgePruningSettings,
} from "./edge-pruning-options.ts";
import { ablatedShares, sourcesOfEdges } from "./kept-masks.ts";
import { deterministicMasks, keptByThreshold } from "./kept-values.ts";
import { risingAndFalling, risingTarget, sparsityTerm } from "./lagrangian.ts";
import { warmStart } from "./warm-start.ts";

/** Scores of {@link edgePruning}, with the circuit that training came to. */
export class EdgePruningScores extends TrainedScores {
  /** The edges above the threshold that gives the sparsity of the masks without chance, from sources that are kept by theirs. */
  readonly kept: Circuit;
  /** How many edges `sparsity` asked for; null from 1 on, which only pushes harder. `kept` may have more or fewer: multipliers push masks there, no more. */
  readonly asked: number | null;

  constructor(trained: TrainedScores, kept: Circuit, asked: number | null) {
    super(trained.graph, trained.values, trained.info, trained.history);
    this.kept = kept;
    this.asked = asked;
  }
}

const check = signature("edgePruning", modelAndPrompts, edgePruningOptions);

/**
 * Edge pruning (Bhaskar et al. 2024, "Finding Transformer Circuits with Edge Pruning", arXiv:2406.16778): trains a hard concrete mask for each
 * edge, and for each source, to keep the outputs near the full model's while a growing share of the edges is left out. Multipliers that are
 * trained against the masks hold the sparsity at its target. All prompts of a batch share the sample of a step. The score of an edge is
 * the log-odds of its being kept, itself and its source, less those of the least likely edge.
 *
 * Masks start where they are all 1 and have no gradient, so it needs some hundred steps: after few the ranking is that of the random start.
 *
 * Cost: a forward and a backward for each epoch, and a forward for the ablation.
 *
 * @returns scores of at least 0, what was minimised in each step as `history`, the circuit of the published threshold as `kept`, and as `asked` how
 *   many edges it was to have
 * @throws AutocircuitError `bad-input` for impossible numbers or scores of another graph; `not-finite` that names the step; `aborted`
 *
 * @example
 * const scores = await edgePruning(task.model, task.train, { sparsity: 0.98, warmStart: "eap-ig-inputs" });
 * console.log(scores.kept.size);
 */
export async function edgePruning(
  model: PatchableModel,
  prompts: PromptLoader,
  options: EdgePruningOptions = {},
): Promise<EdgePruningScores> {
  check({ model, prompts }, options);
  if (options.nodes === false && options.nodeSparsity !== undefined)
    throw new AutocircuitError("bad-input", "`nodeSparsity` needs `nodes`: without masks no source is left out.");
  if (options.nodes === false && options.initial !== undefined && (options.warmStart ?? "none") !== "none")
    throw new AutocircuitError(
      "bad-input",
      "`initial` does nothing with `warmStart` and without `nodes`: every mask starts warm. Leave it out.",
    );
  const settings = edgePruningSettings(options, model.graph.edgeCount, prompts.length);
  const { signal, onProgress, seed = USUAL_SEED } = options;
  const { target, nodes, sparsity, startSparsity, nodeSparsity } = settings;
  const { graph } = model;
  const noise = options.noise ?? seededNoise(seed);
  const dtype = model.computeDtype === "float64" ? "float64" : "float32";
  const [edgeCount, nodeCount] = [graph.edgeCount, nodes ? graph.sources.length : 0];
  const parts = new Sections({ edges: edgeCount, nodes: nodeCount, edgeMultipliers: 2, nodeMultipliers: 2 });
  const upwards = -settings.multiplierRate / settings.learningRate;
  const info: ScoresInfo = {
    ...{ algorithm: "edge-pruning", options: settings },
    ...(options.noise === undefined && { seed }),
  };
  const asked = sparsity < 1 ? Math.round((1 - sparsity) * edgeCount) : null;
  const found = (values: Float32Array, history: TrainingHistory) => {
    const [edges, sources] = [parts.view(values, "edges"), parts.view(values, "nodes")];
    const odds = keptOdds(edges, nodes ? sources : undefined, model);
    const kept = keptCircuit(edges, nodes ? sources : undefined, model);
    return new EdgePruningScores(new TrainedScores(graph, odds, info, history), kept, asked);
  };
  const search = new TrainingSearch({
    ...{ algorithm: "edge-pruning", graph, parameters: parts.size },
    asked: { ...settings, seed, prompts: prompts.batches.map(({ key }) => key) },
    scoresOf: ({ adam, history }) => found(Float32Array.from(adam.parameter), history),
  });
  const from = options.resume && search.goOnFrom(options.resume, settings.epochs * prompts.length);
  const steps = settings.epochs * prompts.length;
  const rise = { share: settings.sparsityWarmUp };

  using full = new FullModel(model, prompts);
  const reference = needsFullModel(target) ? await full.logits("clean", signal && { signal }) : undefined;
  using sourceOf = sourcesOfEdges(graph);
  const start = from
    ? new Float32Array(parts.size)
    : parts.filled({
        edges: await startOf(model, prompts, options, settings, noise),
        nodes: nodes ? scattered(noise, "start-node", nodeCount, options.initial ?? 10) : [],
        ...{ edgeMultipliers: 0, nodeMultipliers: 0 },
      });
  const { parameters, history } = await trainMasks({
    ...{ model, prompts, signal, onProgress, from, epochs: settings.epochs, ablation: settings.ablation },
    ablateFrom: "corrupt",
    start: Tensor.from(start, { shape: [parts.size], dtype }),
    adam: {
      ...{ learningRate: settings.learningRate, weightDecay: settings.weightDecay },
      rates: parts.filled({ edges: 1, nodes: 1, edgeMultipliers: upwards, nodeMultipliers: upwards }),
    },
    rateAt: (step) => risingAndFalling(step, steps, settings.learningRateWarmUp),
    onState: options.onSearch && search.tellingOf(options.onSearch),
    terms(step, { index }) {
      const draw = (use: "mask" | "node", count: number) =>
        scope(() => drawNoise(noise, { use, step, pass: 0, rows: 1, edgeCount: count }, dtype).select(0, 0));
      const edgeNoise = draw("mask", edgeCount);
      const nodeNoise = nodes ? draw("node", nodeCount) : undefined;
      const edgesOf = (numbers: Tensor) => hardConcrete(parts.of(numbers, "edges"), edgeNoise);
      const nodesOf = (numbers: Tensor) => nodeNoise && hardConcrete(parts.of(numbers, "nodes"), nodeNoise);
      const edgeTarget = risingTarget(step, steps, { start: startSparsity, end: sparsity, ...rise });
      return {
        size: (numbers) => {
          const ofEdges = sparsityTerm(edgesOf(numbers), parts.of(numbers, "edgeMultipliers"), edgeTarget);
          const sources = nodesOf(numbers);
          if (!sources || nodeSparsity === undefined) return ofEdges;
          const nodeTarget = risingTarget(step, steps, { start: 0, end: nodeSparsity, ...rise });
          return ofEdges.add(sparsityTerm(sources, parts.of(numbers, "nodeMultipliers"), nodeTarget));
        },
        target: async (numbers, { slice, start: first, ablation }) => {
          const mask = ablatedShares(edgesOf(numbers), nodesOf(numbers), sourceOf);
          const logits = await model.forward(slice.clean, { ablate: mask, ablation, signal });
          return targetOf(target, logits, slice, reference?.[index]?.slice(0, first, first + slice.size));
        },
        [Symbol.dispose]() {
          edgeNoise.dispose();
          nodeNoise?.dispose();
        },
      };
    },
  });
  return found(parameters, history);
}

/** Where the edges' numbers start: warm, or all near one value. */
async function startOf(
  model: PatchableModel,
  prompts: PromptLoader,
  { warmStart: from = "none", initial = 10, signal }: EdgePruningOptions,
  { startSparsity, ablation, target }: EdgePruningSettings,
  noise: Noise,
): Promise<Float32Array> {
  const { graph } = model;
  if (from === "none") return scattered(noise, "start", graph.edgeCount, initial);
  if (typeof from !== "string") requireSameGraph(from.graph, graph, "The scores of `warmStart` are");
  // A model that gives numbers has no answers to tell apart.
  const answerFunction = target === "mean-squared-error" ? "mean-squared-error" : "avg-diff";
  const scores =
    from === "eap-ig-inputs" ? await eapIgInputs(model, prompts, { ablation, answerFunction, signal }) : from;
  return warmStart(scores, { sparsity: startSparsity });
}

/** Numbers near one value, normally distributed with a deviation of 0.01 (Box and Muller 1958). */
function scattered(noise: Noise, use: "start" | "start-node", count: number, centre: number): Float32Array {
  const uniform = drawNumbers(noise, { use, step: 0, pass: 0, rows: 2, edgeCount: count });
  return Float32Array.from({ length: count }, (_, i) => {
    const distance = Math.sqrt(-2 * Math.log(1 - uniform[i]!));
    return centre + 0.01 * distance * Math.cos(2 * Math.PI * uniform[count + i]!);
  });
}

/** Log-odds that an edge is kept, it and its source, less the least. */
function keptOdds(edges: Float32Array, nodes: Float32Array | undefined, { graph }: PatchableModel): Float32Array {
  const odds = Float64Array.from(edges, (value) => value - hardConcreteShift);
  if (nodes)
    for (const { firstSource, sourceCount, offset, size } of graph.groups)
      for (let cell = 0; cell < size; cell++)
        odds[offset + cell] = bothOdds(
          odds[offset + cell]!,
          nodes[firstSource + (cell % sourceCount)]! - hardConcreteShift,
        );
  const least = odds.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  return Float32Array.from(odds, (value) => value - least);
}

/** Log-odds of two independent events together: `1 / (e^-a + e^-b + e^-(a + b))` are their odds. */
function bothOdds(a: number, b: number): number {
  const terms = [-a, -b, -a - b];
  const most = Math.max(...terms);
  return -(most + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - most), 0)));
}

function keptCircuit(edges: Float32Array, nodes: Float32Array | undefined, { graph }: PatchableModel): Circuit {
  const keptEdges = keptByThreshold(deterministicMasks(edges));
  const keptNodes = nodes && keptByThreshold(deterministicMasks(nodes));
  return Circuit.where(graph, (edge) => keptEdges[edge]! && (keptNodes?.[graph.edge(edge).src.index] ?? true));
}
