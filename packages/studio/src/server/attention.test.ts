import { Circuit } from "@autocircuit/core";
import { expect, it } from "vitest";
import { asItIs, TestStudio } from "../../test/client.ts";
import { smallModel } from "../../test/small-model.ts";
import type { AttentionAnswer } from "../api/index.ts";

const hook = "blocks.1.attn.hook_pattern";

it.each(["tree", "edge"] as const)(
  "is the library's pattern of the head, full and ablated: %s patch",
  async (patch) => {
    const { model, prompts } = await smallModel();
    using _model = model;
    await using studio = await TestStudio.start({ model, prompts, title: "small" });
    const ablated = [3, 40, 77];
    const request = { ...asItIs, patch, ablated, prompt: { index: 7 }, block: 1, head: 1 };
    const answer = await studio.post<AttentionAnswer>("api/attention", request);

    const [number, row] = [Math.floor(7 / prompts.batchSize), 7 % prompts.batchSize];
    const batch = prompts.batches[number]!;
    const kept = Circuit.where(model.graph, (edge) => !ablated.includes(edge));
    const [run, from] = patch === "tree" ? [batch.clean, batch.corrupt] : [batch.corrupt, batch.clean];
    using ablation = await model.ablations(from, "resample");
    using full = await model.activations(batch.clean, [hook]);
    const ablate = patch === "tree" ? kept.complement() : kept.mask();
    using patched = await model.activations(run, [hook], { ablate, ablation });
    for (const [given, expected] of [
      [answer.full, full],
      [answer.patched, patched],
    ] as const) {
      const rows = (await expected.of(hook).select(0, row).select(0, 1).toArray()) as number[][];
      expect(given.rows).toHaveLength(batch.seqLen);
      for (const [query, weights] of rows.entries())
        for (const [key, weight] of weights.entries()) expect(given.rows[query]![key]).toBeCloseTo(weight, 5);
      expect(given.prefix).toEqual(rows.map(() => 0));
    }
    expect(answer.tokens).toHaveLength(batch.seqLen);
    expect(answer.full.rows).not.toEqual(answer.patched.rows);
  },
);

it("refuses a head there is not", async () => {
  const { model, prompts } = await smallModel();
  using _model = model;
  await using studio = await TestStudio.start({ model, prompts, title: "small" });
  const request = { ...asItIs, prompt: { index: 0 }, block: 99, head: 0 };
  const response = await studio.send("api/attention", request);
  expect(response.status).toBe(400);
  expect(await response.text()).toContain("There is no head A99.0");
});
