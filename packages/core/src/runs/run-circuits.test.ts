import { memory, type Transformer } from "@autocircuit/native";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { maxDifference, randomPairs, tinyTransformer, values } from "../../test/tiny-transformer.ts";
import { PatchableModel } from "../model/patchable-model.ts";
import { PromptLoader } from "../prompts/prompt-loader.ts";
import { Circuit } from "../scores/circuit.ts";
import { PruneScores } from "../scores/prune-scores.ts";
import { runCircuits } from "./run-circuits.ts";

const prompts = new PromptLoader(randomPairs(4, 5), { batchSize: 2 });
let transformer: Transformer;
let model: PatchableModel;
let scores: PruneScores;
beforeAll(() => {
  transformer = tinyTransformer();
  model = new PatchableModel({ transformer });
  scores = new PruneScores(model.graph);
  scores.values.forEach((_, index) => {
    scores.values[index] = (index % 2 ? -1 : 1) * (1 + Math.floor(index / 2));
  });
});
afterAll(() => {
  prompts[Symbol.dispose]();
  model.dispose();
});

describe("runCircuits", () => {
  it.each([
    ["tree", false],
    ["tree", true],
    ["edge", false],
    ["edge", true],
  ] as const)("%s patching, reversed: %s", async (patch, reverseCleanCorrupt) => {
    const sizes = [0, 1, 20, model.graph.edgeCount];
    using runs = await runCircuits(model, prompts, { scores, sizes, patch, reverseCleanCorrupt });
    expect(runs.map((run) => run.size)).toEqual([0, 2, 20, model.graph.edgeCount]);
    const tree = patch === "tree";
    const [run, from] =
      tree !== reverseCleanCorrupt ? (["clean", "corrupt"] as const) : (["corrupt", "clean"] as const);
    for (const [index, batch] of prompts.batches.entries()) {
      using ablation = await model.ablations(batch.tokens(from), "resample");
      const plain = await values(await model.forward(batch.tokens(run)));
      const other = await values(await model.forward(batch.tokens(from)));
      const output = async (at: number) => values(runs[at]!.logits[index]!.clone());
      expect(maxDifference(await output(0), tree ? other : plain)).toBeLessThan(1e-4);
      expect(maxDifference(await output(3), tree ? plain : other)).toBeLessThan(1e-4);
      const circuit = scores.circuit(20);
      const ablate = tree ? circuit.complement() : circuit.mask();
      const expected = await model.forward(batch.tokens(run), { ablate, ablation });
      expect(maxDifference(await output(2), await values(expected))).toBeLessThan(1e-5);
    }
  });

  it("runs each circuit once and says what was asked", async () => {
    const progress: string[] = [];
    using runs = await runCircuits(model, prompts, {
      scores,
      sizes: [2, 1, 3],
      ablation: "zero",
      onProgress: ({ done, total }) => progress.push(`${done}/${total}`),
    });
    expect(runs.map(({ size, asked }) => [size, asked])).toEqual([
      [2, [1, 2]],
      [4, [3]],
    ]);
    expect(runs[0]!.logits).toHaveLength(2);
    expect(progress).toEqual(["2/8", "4/8", "6/8", "8/8"]);
  });

  it("runs given circuits as they are, in their order, like those of scores", async () => {
    const circuits = [scores.circuit(20), Circuit.of(model.graph, []), scores.circuit(20)];
    using given = await runCircuits(model, prompts, { circuits });
    using bySize = await runCircuits(model, prompts, { scores, sizes: [0, 20] });
    expect(given.map(({ size, asked, circuit }) => [size, asked, circuit])).toEqual(
      circuits.map((circuit) => [circuit.size, [circuit.size], circuit]),
    );
    for (const [i, same] of [bySize[1]!, bySize[0]!, bySize[1]!].entries())
      for (const batch of prompts.batches.keys())
        expect(await values(given[i]!.logits[batch]!.clone())).toEqual(await values(same.logits[batch]!.clone()));
  });

  it("ranks by the scores themselves where that is asked for, also with the sizes that it takes itself", async () => {
    const { edgeCount } = model.graph;
    using runs = await runCircuits(model, prompts, { scores, sizes: [3], rank: "signed" });
    expect(Array.from(runs[0]!.circuit.indices, (edge) => scores.values[edge])).toEqual(
      [...scores.values].filter((score) => score > 0).slice(-3),
    );
    const few = new PruneScores(
      model.graph,
      scores.values.map((score) => (score > 0 ? score : Number.NEGATIVE_INFINITY)),
    );
    using usual = await runCircuits(model, prompts, { scores: few, rank: "signed" });
    const scored = few.values.filter(Number.isFinite).length;
    expect(usual.map(({ size }) => size)).toEqual([...Array(scored + 1).keys(), edgeCount]);
    const circuits = [scores.circuit(3)];
    await expect(runCircuits(model, prompts, { circuits, rank: "signed" })).rejects.toThrow(
      /`rank` belongs to `scores`/,
    );
    await expect(runCircuits(model, prompts, { scores, rank: "best" as never })).rejects.toThrow(/`rank` must be/);
  });

  it("has sensible defaults", async () => {
    using runs = await runCircuits(model, prompts, { scores });
    expect(runs[0]!.size).toBe(0);
    expect(runs.at(-1)!.size).toBe(model.graph.edgeCount);
  });

  it("runs the same prompts several times at once", async () => {
    prompts[Symbol.dispose]();
    const run = (sizes: number[]) => runCircuits(model, prompts, { scores, sizes });
    const some = [[1], [0, 3, 5, 7], [0, 2, 4, 6, 8, 10, 12]];
    const together = await Promise.all(some.map(run));
    for (const [i, atOnce] of together.entries()) {
      using alone = await run(some[i]!);
      for (const [c, { logits }] of alone.entries())
        for (const [b, expected] of logits.entries())
          expect(await values(atOnce[c]!.logits[b]!.clone())).toEqual(await values(expected.clone()));
      atOnce[Symbol.dispose]();
    }
  });

  it("frees all that it made, also when it is stopped", async () => {
    const before = (await memory()).tensors;
    const stop = new AbortController();
    const stopped = runCircuits(model, prompts, {
      scores,
      sizes: [1, 5, 9],
      ablation: "tokenwise-mean-clean",
      signal: stop.signal,
      onProgress: ({ done }) => done === 4 && stop.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: "aborted" });
    const runs = await runCircuits(model, prompts, { scores, sizes: [1, 5, 9], patch: "edge" });
    runs[Symbol.dispose]();
    prompts[Symbol.dispose]();
    expect((await memory()).tensors).toBeLessThanOrEqual(before);
  });

  it("says what cannot be", async () => {
    const other = new PruneScores(model.graph.byToken(3));
    await expect(runCircuits(model, prompts, { scores: other })).rejects.toThrow(/another graph/);
    await expect(runCircuits(model, prompts, { scores, sizes: [10_000] })).rejects.toThrow(/Circuit size 10000/);
    const circuits = [Circuit.of(model.graph, [0]), Circuit.of(other.graph, [0])];
    await expect(runCircuits(model, prompts, { circuits })).rejects.toThrow(/circuits\[1\] is of another graph/);
    await expect(runCircuits(model, prompts, { scores, circuits })).rejects.toThrow(/either `circuits` or `scores`/);
    await expect(runCircuits(model, prompts, {})).rejects.toThrow(/either `circuits` or `scores`/);
    await expect(runCircuits(model, prompts, { circuits: [circuits[0]!], sizes: [1] })).rejects.toThrow(/belong to/);
    const empty = new PromptLoader([], { batchSize: 1 });
    await expect(runCircuits(model, empty, { scores })).rejects.toThrow(/no prompts/);
  });
});
