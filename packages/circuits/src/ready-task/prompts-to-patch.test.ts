import { describe, expect, it } from "vitest";
import { ownPrompts } from "./own-prompts.ts";
import { promptsToPatch } from "./prompts-to-patch.ts";

const pairs = Array.from({ length: 66 }, (_, i) => ({
  ...{ clean: [i, 1, 2], corrupt: [i + 1, 1, 2] },
  ...{ answers: [7], wrong_answers: [8] },
}));
const firsts = ({ prompts }: { readonly prompts: readonly { readonly clean: readonly number[] }[] }) =>
  prompts.map(({ clean }) => clean[0]);

describe("promptsToPatch", () => {
  it("gives all prompts in their order, in one batch where ablated values are means of the batch", async () => {
    using usual = await promptsToPatch({ prompts: pairs });
    expect(firsts(usual.prompts)).toEqual(pairs.map((_, i) => i));
    expect([usual.prompts.batchSize, usual.train]).toEqual([22, usual.prompts]);
    for (const ablation of ["batch-tokenwise-mean", "batch-all-tok-mean"] as const) {
      using means = await promptsToPatch({ prompts: pairs }, { ablation });
      expect(means.prompts.batchSize).toBe(66);
    }
    using ofDataSet = await promptsToPatch({ prompts: pairs }, { ablation: "tokenwise-mean-clean" });
    expect(ofDataSet.prompts.batchSize).toBe(22);
  });

  it("prunes by the prompts that a task would discover with", async () => {
    for (const seed of [undefined, 3]) {
      using pruned = await promptsToPatch({ prompts: pairs }, { pruneLatents: true, seed });
      expect(firsts(pruned.train)).toEqual(firsts((await ownPrompts({ prompts: pairs }, { seed })).train));
      expect(pruned.prompts.promptCount).toBe(66);
    }
  });

  it("refuses one prompt alone to prune by", async () => {
    using alone = await promptsToPatch({ prompts: pairs.slice(0, 1) });
    expect(alone.prompts.promptCount).toBe(1);
    const pruned = promptsToPatch({ prompts: pairs.slice(0, 1) }, { pruneLatents: true });
    await expect(pruned).rejects.toMatchObject({ code: "bad-input" });
  });
});
