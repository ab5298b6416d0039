import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { maxDifference, randomPairs, tinyTransformer, values } from "../../test/tiny-transformer.ts";
import type { AblationType } from "../ablations/ablation-type.ts";
import { PromptLoader } from "../prompts/prompt-loader.ts";
import { PatchableModel } from "./patchable-model.ts";

const length = 5;
const prompts = new PromptLoader(randomPairs(3, length), { batchSize: 3 });
const batch = prompts.batches[0]!;
afterAll(() => prompts[Symbol.dispose]());

describe.each([
  ["sequential blocks", {}],
  ["parallel blocks", { parallel: true }],
  ["attention only", { attnOnly: true }],
] as const)("%s: a node is all of its edges", (_, changes) => {
  let edges: PatchableModel;
  let nodes: PatchableModel;
  beforeAll(() => {
    const transformer = tinyTransformer(changes, 7);
    edges = new PatchableModel({ transformer, seqLen: length });
    nodes = new PatchableModel({ transformer, seqLen: length, factorized: false });
  });
  afterAll(() => edges.dispose());

  it.each<[AblationType, boolean]>([
    ["resample", false],
    ["resample", true],
    ["zero", true],
    ["batch-tokenwise-mean", false],
  ])("%s, by token %s", async (type, byToken) => {
    const [fine, coarse] = [edges.withGraph({ byToken }), nodes.withGraph({ byToken })];
    const token = byToken ? 2 : null;
    const outputs = async (model: PatchableModel, node: string) => {
      const ablate = [...model.graph.edges()].filter((edge) => edge.src.name === node && edge.token === token);
      using ablation = await model.ablations(batch.corrupt, type);
      using logits = await model.forward(batch.clean, { ablate, ablation });
      return { logits: await values(logits), ablated: ablate.length };
    };
    const plain = await values(await edges.forward(batch.clean));
    const writers = coarse.graph.sources.filter(({ name }) => /^(A|MLP)/.test(name)).map(({ name }) => name);
    expect(writers.length).toBeGreaterThanOrEqual(4);
    for (const node of writers) {
      const [all, one] = [await outputs(fine, node), await outputs(coarse, node)];
      expect(one.ablated).toBe(1);
      expect(all.ablated).toBeGreaterThanOrEqual(1);
      expect(maxDifference(all.logits, one.logits), node).toBeLessThan(1e-4);
      // Something happened, unless the last block writes at a position that no output sees.
      const seen = !byToken || /^(A0\.|MLP 0)/.test(node);
      if (seen) expect(maxDifference(all.logits, plain), node).toBeGreaterThan(1e-4);
    }
  });
});
