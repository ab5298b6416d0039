import { PruneScores } from "@autocircuit/core";
import { describe, expect, it } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import { edgeAttribution } from "../edge-attribution.ts";
import type { TrainingProgress } from "../training/training-progress.ts";
import { edgePruning } from "./edge-pruning.ts";
import type { EdgePruningOptions } from "./edge-pruning-options.ts";
import { ranksWithin, warmStart } from "./warm-start.ts";

const task = randomTask({ seed: 4, promptCount: 4, batchSize: 2 });
const { model, prompts } = task;
const { graph } = model;
const prune = (options: EdgePruningOptions) => edgePruning(model, prompts, { epochs: 2, ...options });

/** The first step of a training. */
async function firstStep(of: typeof task, options: EdgePruningOptions): Promise<TrainingProgress> {
  const steps: TrainingProgress[] = [];
  await edgePruning(of.model, of.prompts, { epochs: 1, ...options, onProgress: (step) => steps.push(step) });
  return steps[0]!;
}

/** Noise whose numbers to start from are made so. */
const onlyStart =
  (make: (count: number) => Float32Array): EdgePruningOptions["noise"] =>
  ({ rows, edgeCount, use }) =>
    use.startsWith("start") ? make(rows * edgeCount) : new Float32Array(rows * edgeCount).fill(0.5);

describe("edgePruning", () => {
  it("the gradient is that of the loss", async () => {
    const wide = randomTask({ seed: 9, promptCount: 2, dtype: "float64" });
    const noise: EdgePruningOptions["noise"] = ({ rows, edgeCount, use }) =>
      Float32Array.from({ length: rows * edgeCount }, (_, i) =>
        use.startsWith("start") ? 0 : (0.31 + 0.618 * (i + 1)) % 1,
      );
    const at = (initial: number) => firstStep(wide, { initial, noise, nodes: false });
    // All numbers move together: the sum of the gradients.
    const { gradient } = await at(-0.5);
    const change = ((await at(-0.5 + 1e-5)).loss - (await at(-0.5 - 1e-5)).loss) / 2e-5;
    expect(Math.abs(change)).toBeGreaterThan(0.01);
    expect(gradient.reduce((sum, value) => sum + value, 0)).toBeCloseTo(change, 4);
  });

  it("where everything is kept the run is the full model's", async () => {
    const { target, size, gradient } = await firstStep(task, {});
    expect(Math.abs(target)).toBeLessThan(1e-5);
    expect(size).toBe(0);
    expect(gradient).toHaveLength(graph.edgeCount);
    expect(gradient.every((value) => value === 0)).toBe(true);
  });

  it("an abort leaves nothing behind", async () => {
    const { memory } = await import("@autocircuit/native");
    await prune({ initial: 0.5, nodeSparsity: 0.4 });
    const before = await memory();
    const stop = new AbortController();
    const onProgress = ({ done }: TrainingProgress) => done === 3 && stop.abort();
    const stopped = prune({ epochs: 50, initial: 0.5, nodeSparsity: 0.4, signal: stop.signal, onProgress });
    await expect(stopped).rejects.toMatchObject({ code: "aborted" });
    for (const batch of prompts.batches) batch[Symbol.dispose]();
    expect((await memory()).tensors).toBeLessThanOrEqual(before.tensors);
  });

  it.each([0.3, 0.7])("comes near a sparsity of %f", async (sparsity) => {
    const { kept, history } = await prune({ epochs: 150, sparsity, multiplierRate: 0.5 });
    expect(history.loss).toHaveLength(300);
    expect(Math.abs(kept.size / graph.edgeCount - (1 - sparsity))).toBeLessThan(0.15);
  });

  it("a source that is not kept takes all its edges", async () => {
    const options = { epochs: 150, sparsity: 0.5, multiplierRate: 0.5 };
    const { kept, values } = await prune({ ...options, nodeSparsity: 0.6 });
    const sources = (edges: Iterable<number>) => new Set([...edges].map((edge) => graph.edge(edge).src.index)).size;
    expect(kept.size).toBeGreaterThan(0);
    expect(Math.min(...values)).toBe(0);
    const without = await prune({ ...options, nodes: false });
    expect(sources(without.kept.indices)).toBeGreaterThan(sources(kept.indices));
  });

  it("the same seed gives the same scores, another one others", async () => {
    const options = { initial: 0.5, sparsity: 0.5 };
    const first = await prune({ ...options, seed: 1 });
    expect((await prune({ ...options, seed: 1 })).values).toEqual(first.values);
    expect((await prune({ ...options, seed: 2 })).values).not.toEqual(first.values);
    expect(first.info).toMatchObject({ algorithm: "edge-pruning", seed: 1, options: { ...options, nodes: true } });
    expect(
      (await prune({ noise: ({ rows, edgeCount }) => new Float32Array(rows * edgeCount) })).info.seed,
    ).toBeUndefined();
  });

  it("keeps what a warm start has highest", async () => {
    const scores = await edgeAttribution(model, prompts);
    const options = { learningRate: 1e-6, nodes: false, startSparsity: 0.7 };
    const found = await prune({ ...options, warmStart: scores });
    const ranks = ranksWithin(scores);
    const order = (values: ArrayLike<number>) => [...found.values.keys()].sort((a, b) => values[b]! - values[a]!);
    const best = new Set(order(ranks).slice(0, 10));
    expect(
      order(found.values)
        .slice(0, 10)
        .filter((edge) => best.has(edge)).length,
    ).toBeGreaterThan(7);
    expect(found.info.options).toMatchObject({ warmStart: "edge-attribution", startSparsity: 0.7 });
    const named = await prune({ warmStart: "eap-ig-inputs" });
    expect(named.info.options).toMatchObject({ warmStart: "eap-ig-inputs", startSparsity: 0.8 });
  });

  it.each([
    ["a sparsity of 0", { sparsity: 0 }, /`sparsity` must be a number above 0, below 2/],
    ["a sparsity of sources of 3", { nodeSparsity: 3 }, /`nodeSparsity` must be/],
    ["no epochs", { epochs: 0 }, /`epochs` must be a whole number of at least 1/],
    ["an unknown warm start", { warmStart: "eap-ig" }, /`warmStart` must be one of none, eap-ig-inputs/],
    ["a target that is none", { target: "kl" }, /`target` must be one of kl-div/],
    ["noise of another length", { noise: () => new Float32Array(3) }, /`noise` must give/],
    [
      "noise of another length to start from",
      { noise: onlyStart((count) => new Float32Array(count - 1)) },
      /`noise` must give/,
    ],
    [
      "noise to start from that is 1",
      { noise: onlyStart((count) => new Float32Array(count).fill(1)) },
      /`noise` gave 1; its numbers must be at least 0 and below 1/,
    ],
    [
      "a start of masks that are all warm",
      { warmStart: "eap-ig-inputs", nodes: false, initial: 3 },
      /`initial` does nothing with `warmStart`/,
    ],
  ])("%s is an error", async (_, options, message) => {
    await expect(prune(options as never)).rejects.toThrow(message);
  });

  it("wants scores of this graph, and sources for their sparsity", async () => {
    const foreign = new PruneScores(graph.with({ separateQkv: false }));
    await expect(prune({ warmStart: foreign })).rejects.toThrow(/`warmStart` are of another graph/);
    await expect(prune({ nodes: false, nodeSparsity: 0.5 })).rejects.toThrow(/`nodeSparsity` needs `nodes`/);
  });
});

describe("warmStart", () => {
  it("ranks within a block; equals share their rank", () => {
    const scores = new PruneScores(graph);
    scores.values.fill(1);
    scores.set("MLP 0->Resid End", -9);
    const ranks = ranksWithin(scores);
    const end = graph.groups.at(-1)!;
    const others = end.size - 1;
    expect(ranks[graph.index("MLP 0->Resid End")]).toBe(1);
    expect(ranks[graph.index("Resid Start->Resid End")]).toBeCloseTo((others - 1) / 2 / others, 12);
    expect(ranks[graph.index("Resid Start->A0.0.Q")]).toBe(0.5);
  });

  it("refuses scores that have no rank; -Infinity, of an edge outside a circuit, has the last", async () => {
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const scores = new PruneScores(graph);
      scores.values[graph.index("MLP 0->Resid End")] = wrong;
      await expect(prune({ warmStart: scores })).rejects.toThrow(
        new RegExp(`cannot be ranked: that of MLP 0->Resid End is ${wrong}`),
      );
    }
    const scores = new PruneScores(graph);
    scores.values[graph.index("MLP 0->Resid End")] = Number.NEGATIVE_INFINITY;
    expect(ranksWithin(scores)[graph.index("MLP 0->Resid End")]).toBe(0);
    expect(warmStart(scores, { sparsity: 0.5 }).every(Number.isFinite)).toBe(true);
  });

  it("says where masks of sources start beside it", async () => {
    const { info } = await prune({ warmStart: "eap-ig-inputs", initial: 2, epochs: 1 });
    expect(info.options).toMatchObject({ warmStart: "eap-ig-inputs", initial: 2 });
  });

  it("has the sparsity that is asked for", () => {
    const scores = new PruneScores(
      graph,
      Float32Array.from({ length: graph.edgeCount }, (_, i) => (i * 7) % 13),
    );
    for (const sparsity of [0.05, 0.5, 0.95]) {
      const start = warmStart(scores, { sparsity });
      const shift = (2 / 3) * Math.log(0.1 / 1.1);
      const kept = start.reduce((sum, value) => sum + 1 / (1 + Math.exp(-(value - shift))), 0);
      expect(kept / graph.edgeCount).toBeCloseTo(1 - sparsity, 5);
    }
  });
});
