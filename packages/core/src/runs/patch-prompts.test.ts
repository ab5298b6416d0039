import { afterAll, expect, it } from "vitest";
import { randomPairs, tinyTransformer, values } from "../../test/tiny-transformer.ts";
import { PatchableModel } from "../model/patchable-model.ts";
import { withGraphOf } from "../model/with-graph-of.ts";
import { PromptLoader } from "../prompts/prompt-loader.ts";
import { Circuit } from "../scores/circuit.ts";
import { patchPrompts } from "./patch-prompts.ts";
import { runCircuits } from "./run-circuits.ts";

const model = new PatchableModel({ transformer: tinyTransformer(), outputSlice: "none" });
afterAll(() => model.dispose());

it("gives what a circuit without the edges gives, and how far that is from the full model", async () => {
  using prompts = new PromptLoader(randomPairs(6, 5), { batchSize: 3 });
  const ablate = [0, 7, 12];
  const circuits = [
    Circuit.where(model.graph, (edge) => !ablate.includes(edge)),
    Circuit.where(model.graph, () => true),
  ];
  for (const ablation of ["resample", "batch-tokenwise-mean", "tokenwise-mean-corrupt"] as const) {
    const { logits, largestChange } = await patchPrompts(model, prompts, { ablate, ablation });
    using runs = await runCircuits(model, prompts, { circuits, ablation });
    const of = async (run: number) =>
      (await Promise.all(runs[run]!.logits.map((batch) => values(batch.clone())))).flatMap((batch) => [...batch]);
    const [patched, full] = [await of(0), await of(1)];
    expect(logits.flat(2)).toEqual(patched);
    expect(largestChange).toBeCloseTo(Math.max(...patched.map((value, i) => Math.abs(value - full[i]!))), 5);
    expect(largestChange).toBeGreaterThan(0.01);
  }
  const { largestChange } = await patchPrompts(model, prompts, { ablate: [] });
  expect(largestChange).toBe(0);
});

it("counts nothing that is computed for padding", async () => {
  using prompts = new PromptLoader([...randomPairs(1, 3), ...randomPairs(1, 5)], { batchSize: 2, seqLen: 5, padId: 0 });
  const { logits } = await patchPrompts(model, prompts, { ablate: ["A0.0->Resid End"] });
  expect(logits.map(({ length }) => length)).toEqual([3, 5]);
});

it("tells progress, and refuses edges that are not there before anything is run", async () => {
  using prompts = new PromptLoader(randomPairs(4, 5), { batchSize: 2 });
  const done: number[] = [];
  await patchPrompts(model, prompts, { ablate: [1], onProgress: (now) => void done.push(now.done / now.total) });
  expect(done).toEqual([0.5, 1]);
  await expect(patchPrompts(model, prompts, { ablate: ["A0.0->A9.0.Q"] })).rejects.toMatchObject({
    code: "unknown-name",
  });
});

it("withGraphOf takes the graph that the edges' names are of", () => {
  const kind = (...edges: (string | readonly [string, number | null])[]) => {
    const { factorized, separateQkv, seqLen } = withGraphOf(model, edges, 5).graph.config;
    return { factorized, separateQkv, seqLen };
  };
  expect(kind("A0.1->A1.0.Q")).toEqual({ factorized: true, separateQkv: true, seqLen: null });
  expect(kind(["A0.1->A1.0.Q", null], ["A0.1->MLP 1", 4])).toEqual({ factorized: true, separateQkv: true, seqLen: 5 });
  expect(kind("A0.1->A1.0")).toMatchObject({ factorized: true, separateQkv: false });
  expect(() => kind("A0.1->A1.0", "A0.1->A1.0.Q")).toThrow(expect.objectContaining({ code: "unknown-name" }));
  expect(() => kind("A0.1->A1.0.P")).toThrow(/A1\.0\.[QKV]/);
});

it("withGraphOf takes the ungrouped graph where an edge is of that alone, and refuses what could be of either", () => {
  using grouped = new PatchableModel({ transformer: tinyTransformer({ kvHeads: 2, heads: 4 }) });
  const ungrouped = (...edges: string[]) => withGraphOf(grouped, edges, 5).graph.config.ungrouped;
  expect(ungrouped("A0.1->A1.3.K", "A0.1->A1.0.V")).toBe(true);
  expect(ungrouped("A0.1->A1.3.Q", "A0.1->MLP 1")).toBe(false);
  expect(() => ungrouped("A0.1->A1.3.Q", "A0.1->A1.1.V")).toThrow(
    /^A0\.1->A1\.1\.V is another input in a graph of grouped keys and values than in an ungrouped one/,
  );
  using own = new PatchableModel({ transformer: grouped.transformer, ungrouped: true });
  expect(withGraphOf(own, ["A0.1->A1.1.V"], 5).graph.config.ungrouped).toBe(true);
});
