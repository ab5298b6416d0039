import { MersenneTwister } from "@autocircuit/base";
import type { PatchableModel } from "@autocircuit/core";
import { type Ablation, grad, scope, setThreads, Tensor } from "@autocircuit/native";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectClose, numbers } from "../../test/close-to.ts";
import { randomCheckpoint } from "../../test/random-checkpoint.ts";
import { smallFamilies } from "../../test/small-families.ts";
import { type LoadModelOptions, loadModel } from "../load-model.ts";
import { FAMILIES } from "./families.ts";

// Networks this small gain nothing from threads, and lose much where test files share the cores.
await setThreads(1);

const [promptCount, length, vocabulary] = [2, 7, 19];
const random = new MersenneTwister(5);
const ids = () => Array.from({ length: promptCount }, () => Array.from({ length }, () => random.below(vocabulary)));
const tokens = (rows: number[][]) => Tensor.from(rows, { dtype: "int64" });
const clean = tokens(ids());
const corrupt = tokens(ids());
const answers = tokens(ids()).unsqueeze(2);

const asStored = { foldLn: false, centerWritingWeights: false, centerUnembed: false, foldValueBiases: false };
/** Weights as stored with both kinds of graph, and as they are by default: norms folded, centered. */
const variants: [string, LoadModelOptions][] = [
  ["weights as stored", { ...asStored, separateQkv: true }],
  ["weights as stored, shared QKV", { ...asStored, separateQkv: false }],
  ["weights processed", { separateQkv: true }],
];

/** Mean log-probability of the answers after every position. */
function lossOf(logits: Tensor): Tensor {
  return logits.logSoftmax(2).gather(2, answers).mean();
}

/** The loss with this mask, a number for each edge. */
function lossAt(model: PatchableModel, ablation: Ablation, mask: Float64Array): Promise<number> {
  return scope(async () => lossOf(await model.forward(clean, { ablate: Tensor.from(mask), ablation })).item());
}

/** Edge attribution in float64: the gradient of the loss with respect to the mask, where no edge is patched. */
function attribution(model: PatchableModel): Promise<number[]> {
  return scope(async () => {
    const ablation = await model.ablations(corrupt, "resample");
    const mask = Tensor.zeros([model.graph.edgeCount], { dtype: "float64" }).requireGrad();
    return numbers(grad(lossOf(await model.forward(clean, { ablate: mask, ablation })), [mask])[0]!);
  });
}

/** Derivative of the loss by one edge's mask from four losses: the error is of the fourth order in the step. */
async function centralDifference(model: PatchableModel, ablation: Ablation, edge: number): Promise<number> {
  const mask = new Float64Array(model.graph.edgeCount);
  const at = (value: number) => {
    mask[edge] = value;
    return lossAt(model, ablation, mask);
  };
  const difference = async (step: number) => ((await at(step)) - (await at(-step))) / (2 * step);
  const step = 2e-4;
  return (4 * (await difference(step / 2)) - (await difference(step))) / 3;
}

it("there is a small model of every family", () => {
  expect(new Set(Object.keys(smallFamilies))).toEqual(new Set(FAMILIES.keys()));
});

describe.each(Object.entries(smallFamilies))("%s", (family, { config, turnsOn }) => {
  let checkpoint: Awaited<ReturnType<typeof randomCheckpoint>>;
  const load = (options: LoadModelOptions) =>
    loadModel(checkpoint.folder, { dtype: "float64", outputSlice: "none", ...options });
  beforeAll(async () => {
    checkpoint = await randomCheckpoint({ model_type: family, ...config }, 3);
  });
  afterAll(() => checkpoint[Symbol.asyncDispose]());

  describe.each(variants)("%s", (_, options) => {
    let model: PatchableModel;
    let ablation: Ablation;
    beforeAll(async () => {
      model = await load(options);
      ablation = await model.ablations(corrupt, "resample");
    });
    afterAll(() => {
      ablation.dispose();
      model.dispose();
    });

    /** Logits of the clean prompts with these numbers as the mask. */
    const patched = (mask: Float64Array) =>
      scope(async () => numbers(await model.forward(clean, { ablate: Tensor.from(mask), ablation })));
    const plain = (prompts: Tensor) => scope(async () => numbers(await model.forward(prompts)));

    it("has what sets the architecture apart", () => {
      expect(model.config).toMatchObject(turnsOn);
    });

    it("patching no edge gives the clean run's logits, patching all of them the corrupt run's", async () => {
      const { edgeCount } = model.graph;
      expectClose(await patched(new Float64Array(edgeCount)), await plain(clean), 1e-9, "no edge");
      expectClose(await patched(new Float64Array(edgeCount).fill(1)), await plain(corrupt), 1e-9, "all edges");
    });

    it("patching all edges up to the last sources gives the corrupt run's logits through every destination", async () => {
      const { edgeCount, groups, sources } = model.graph;
      const end = groups.at(-1)!;
      const mask = new Float64Array(edgeCount).fill(1).fill(0, end.offset);
      mask[end.offset + sources.find(({ name }) => name === "Resid Start")!.index - end.firstSource] = 1;
      expectClose(await patched(mask), await plain(corrupt), 1e-9);
    });

    it("edge attribution equals central finite differences on 50 edges", async () => {
      const scores = await attribution(model);
      const edges = new MersenneTwister(7).shuffle(scores.map((_, edge) => edge)).slice(0, 50);
      expect(edges.length).toBe(50);
      const differences: number[] = [];
      for (const edge of edges) differences.push(await centralDifference(model, ablation, edge));
      edges.forEach((edge, i) => {
        const relative = Math.abs(scores[edge]! - differences[i]!) / Math.abs(differences[i]!);
        expect(relative, `${model.graph.edge(edge).name}: ${scores[edge]}, ${differences[i]}`).toBeLessThan(1e-5);
      });
    });
  });

  if (!("num_key_value_heads" in config)) return;

  it("scores of grouped keys and values are the sums over their query heads", async () => {
    using grouped = await load(asStored);
    using ungrouped = grouped.withGraph({ ungrouped: true });
    const { heads, kvHeads } = grouped.config;
    expect(kvHeads).toBeLessThan(heads);
    expect(ungrouped.graph.edgeCount).toBeGreaterThan(grouped.graph.edgeCount);
    const apart = await attribution(ungrouped);
    const sums = new Array<number>(grouped.graph.edgeCount).fill(0);
    for (const { src, dest, index } of ungrouped.graph.edges()) {
      const shared = /^(A\d+)\.(\d+)\.([KV])$/.exec(dest.name);
      const name = shared
        ? `${shared[1]}.${Math.floor((Number(shared[2]) * kvHeads) / heads)}.${shared[3]}`
        : dest.name;
      sums[grouped.graph.index(`${src.name}->${name}`)]! += apart[index]!;
    }
    expectClose(await attribution(grouped), sums, 1e-9, "scores");
  });
});
