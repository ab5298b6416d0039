import { PromptLoader, type PromptPair, PruneScores, runCircuits } from "@autocircuit/core";
import { describe, expect, it } from "vitest";
import { smallModel } from "../test/small-model.ts";
import { logitDiffPercent } from "./diff-percent.ts";
import { fewestFaithful } from "./fewest-faithful.ts";

const pairs: PromptPair[] = [
  { clean: [0, 1, 2], corrupt: [3, 1, 0], answers: [1], wrongAnswers: [2] },
  { clean: [2, 2, 1], corrupt: [0, 3, 3], answers: [0], wrongAnswers: [3] },
];
const swapped = pairs.map((pair) => ({ ...pair, answers: pair.wrongAnswers, wrongAnswers: pair.answers }));

/** The two prompts with whichever answers the model prefers in the mean. */
async function preferred(model: ReturnType<typeof smallModel>): Promise<[PromptLoader, PromptLoader]> {
  const [one, other] = [pairs, swapped].map((some) => new PromptLoader(some, { batchSize: 2 })) as [
    PromptLoader,
    PromptLoader,
  ];
  const scores = new PruneScores(model.graph);
  return (await fewestFaithful(model, one, scores)) === null ? [other, one] : [one, other];
}

describe("fewestFaithful", () => {
  it("is the first size that keeps enough, where what is kept grows", async () => {
    using model = smallModel();
    const [prompts] = await preferred(model);
    const { edgeCount } = model.graph;
    const scores = new PruneScores(
      model.graph,
      Float32Array.from({ length: edgeCount }, (_, i) => i + 1),
    );
    for (const share of [0.2, 0.9]) {
      const found = (await fewestFaithful(model, prompts, scores, { share }))!;
      using runs = await runCircuits(model, prompts, { scores, sizes: [found.size] });
      const [kept] = await logitDiffPercent(model, prompts, runs);
      expect(kept!.value / 100).toBeCloseTo(found.keptShare, 5);
      expect(found.keptShare).toBeGreaterThanOrEqual(share);
    }
  });

  it("counts equal scores", async () => {
    using model = smallModel();
    const [prompts] = await preferred(model);
    const found = await fewestFaithful(model, prompts, new PruneScores(model.graph));
    expect(found).toMatchObject({ size: model.graph.edgeCount });
    expect(found!.keptShare).toBeCloseTo(1, 5);
  });

  it("is nothing where the model prefers the wrong answers", async () => {
    using model = smallModel();
    const [, wrong] = await preferred(model);
    expect(await fewestFaithful(model, wrong, new PruneScores(model.graph))).toBe(null);
    const more = fewestFaithful(model, wrong, new PruneScores(model.graph), { share: 1.2 });
    await expect(more).rejects.toThrow(/`share` must be a number above 0, at most 1/);
  });
});
