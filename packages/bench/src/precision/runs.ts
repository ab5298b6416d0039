import {
  type AblationType,
  dataSetSides,
  type PatchableModel,
  type PromptLoader,
  PruneScores,
  runCircuits,
  sharePrefix,
} from "@autocircuit/core";
import {
  algorithms,
  type MaskFunction,
  type NamedAlgorithm,
  nodeScores,
  subnetworkProbing,
} from "@autocircuit/discovery";
import { Tensor } from "@autocircuit/native";
import { RandomValues } from "../engine/random-values.ts";

/** One way through the engine, to the numbers it gives. */
export type Run = (model: PatchableModel, prompts: PromptLoader) => Promise<ArrayLike<number>>;

/** Logits without any edge patched. */
export const plain: Run = (model, prompts) => numbers(model.forward(prompts.batches[0]!.clean));

/** What every source writes. */
export const sources: Run = (model, prompts) => numbers(model.sourceOutputs(prompts.batches[0]!.clean));

/** Logits with a share of the edges (one at least) ablated, all the way or by `value`. */
export function patched(share: number, { value = 1, type = "resample" as AblationType, kept = false } = {}): Run {
  return async (model, prompts) => {
    const { clean, corrupt } = prompts.batches[0]!;
    const ablate = someEdges(model, share, new RandomValues(7), value);
    using values = await model.ablations(dataSetSides(type) === undefined ? corrupt : prompts, type);
    if (!kept) return await numbers(model.forward(clean, { ablate, ablation: values }));
    const { run } = await model.run(clean, { keepRun: true, logits: false });
    using from = run!;
    return await numbers(model.forward(clean, { ablate, ablation: values, from }));
  };
}

/** Logits with other edges ablated for every prompt. */
export const maskForEach: Run = async (model, prompts) => {
  const { clean, corrupt } = prompts.batches[0]!;
  const random = new RandomValues(8);
  const rows = prompts.prompts.map(() => someEdges(model, 0.4, random));
  using mask = Tensor.from(Float32Array.from(rows.flatMap((row) => [...row])), {
    shape: [rows.length, model.graph.edgeCount],
  });
  using values = await model.ablations(corrupt, "resample");
  return await numbers(model.forward(clean, { ablate: mask, ablation: values }));
};

/** Logits of circuits of several sizes. */
export function circuits(patch: "tree" | "edge"): Run {
  return async (model, prompts) => {
    const edgeCount = model.graph.edgeCount;
    const scores = new PruneScores(model.graph, new RandomValues(5).normal(edgeCount, 1));
    const sizes = [0, 1, Math.round(edgeCount / 10), Math.round(edgeCount / 2), edgeCount];
    using runs = await runCircuits(model, prompts, { scores, sizes, patch });
    const found: number[] = [];
    for (const { logits } of runs) for (const batch of logits) found.push(...Array.from(await batch.data(), Number));
    return found;
  };
}

/** Scores of an algorithm. */
export function scores(name: keyof typeof algorithms, options: Record<string, unknown> = {}): Run {
  const { discover }: NamedAlgorithm = algorithms[name];
  return async (model, prompts) => (await discover(model, prompts, options)).values;
}

/** Scores of the sources. */
export const nodes: Run = async (model, prompts) => (await nodeScores(model, prompts)).values;

/** The loss before anything is learned. */
export function firstLoss(maskFunction: MaskFunction): Run {
  return async (model, prompts) =>
    (await subnetworkProbing(model, prompts, { epochs: 1, maskFunction })).history.target;
}

/** The same with a graph that has edges for each position. */
export function byToken(run: Run): Run {
  return (model, prompts) => run(model.withGraph({ byToken: true, seqLen: prompts.seqLen }), prompts);
}

/** The same behind the part that clean and corrupt prompts begin with. */
export function behindPrefix(run: Run): Run {
  return async (model, prompts) => {
    using shared = await sharePrefix(model, prompts);
    return await run(shared.model, shared.prompts);
  };
}

function someEdges(model: PatchableModel, share: number, random: RandomValues, value = 1): Float32Array {
  const { edgeCount } = model.graph;
  const mask = new Float32Array(edgeCount);
  for (const edge of random.distinct(Math.max(1, Math.round(share * edgeCount)), edgeCount)) mask[edge] = value;
  return mask;
}

async function numbers(output: Promise<Tensor>): Promise<ArrayLike<number>> {
  using tensor = await output;
  return Float64Array.from(await tensor.data(), Number);
}
