import { fileURLToPath } from "node:url";
import { USUAL_SEED } from "@autocircuit/base";
import { loadPrompts, type PromptPair } from "@autocircuit/core";
import { setThreads } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { tinyGpt2 } from "../../test/tiny-gpt2.ts";
import { tasks } from "../tasks/registry.ts";
import { tracrReversePrompts } from "../tasks/tracr-reverse/prompts.ts";
import { tracrReverse } from "../tasks/tracr-reverse/tracr-reverse.ts";
import { givenPrompts } from "./given-prompts.ts";

await setThreads(1);

const file = fileURLToPath(new URL("../../../../datasets/tracr-reverse.json", import.meta.url));
const some = (count: number) => ({ prompts: tracrReversePrompts().slice(0, count) });

describe("givenPrompts", () => {
  const usual = { batchSize: { train: 8, test: 4 }, batchCount: 2 };

  it.each([
    [30, { train: 8, test: 4 }, 2],
    [24, { train: 8, test: 4 }, 2],
    [12, { train: 8, test: 4 }, { train: 1, test: 1 }],
    [9, { train: 6, test: 3 }, { train: 1, test: 1 }],
    [2, { train: 1, test: 1 }, { train: 1, test: 1 }],
  ])("of %i prompts takes batches of %o", async (count, batchSize, batchCount) => {
    expect(await givenPrompts(some(count), usual)).toMatchObject({ batchSize, batchCount });
  });

  it("wants two", async () => {
    await expect(givenPrompts(some(1), usual)).rejects.toThrow(/only 1\. Give at least two/);
    await expect(givenPrompts("no-such.json", usual)).rejects.toMatchObject({ code: "not-found" });
  });
});

describe("a ready-made task on prompts of a file", () => {
  it("has them in the order of the usual seed, as the command line and sweeps, or of AutoCircuit's", async () => {
    const inOrder = async (seed: number) =>
      (await loadPrompts(file, { size: { train: 81, test: 162 }, batchSize: 81, seed })).train.prompts;
    const clean = (prompts: readonly PromptPair[]) => prompts.map(({ clean }) => clean);
    await using task = await tracrReverse({ prompts: file });
    expect(clean(task.train.prompts)).toEqual(clean(await inOrder(USUAL_SEED)));
    await using there = await tracrReverse({ prompts: file, seed: 42 });
    expect(clean(there.train.prompts)).toEqual(clean(await inOrder(42)));
    expect(clean(there.train.prompts)).not.toEqual(clean(task.train.prompts));
  });

  it("has its own circuit", async () => {
    await using task = await tracrReverse({ prompts: file });
    expect(task.knownEdgeCount).toBe(2);
    // What its own prompts' positions are called is not said of others.
    await using own = await tracrReverse();
    expect(own.options.tokenLabels).toEqual(tasks["tracr-reverse"]!.tokenLabels);
    expect([own.options.tokenLabels!.length, task.options.tokenLabels]).toEqual([own.train.seqLen, undefined]);
    await using few = await tracrReverse({ prompts: [some(20), some(10)] });
    expect([few.train.promptCount, few.test.promptCount]).toEqual([10, 20]);
  });

  it("leaves out those that do not fit, where it is asked to, and says so", async () => {
    const [first, ...rest] = tracrReversePrompts().slice(0, 20);
    const unfit = [
      { ...first!, clean: (first!.clean as number[]).map(() => 99) },
      { ...first!, clean: [...(first!.clean as number[]), 1], corrupt: [...(first!.corrupt as number[]), 1] },
    ];
    const prompts = { prompts: [...unfit, ...rest] } as never;
    await expect(tracrReverse({ prompts })).rejects.toThrow();
    await using task = await tracrReverse({ prompts, skipUnfit: true });
    expect(task.train.promptCount + task.test.promptCount).toBeLessThanOrEqual(19);
    expect(task.notes).toEqual([
      expect.stringMatching(
        /^left out 2 of 21 prompt pairs: 1: a token that the model does not have .*; 1: not \d tokens, as most/,
      ),
    ]);
  });

  it("as text too, whose words the circuit by token stands at", async () => {
    using model = await tinyGpt2();
    const names = [" Mary", " John", " Tom", " Paul"];
    const pair = (a: string, b: string) => ({
      ...{ clean: `When${a} and${b} went home,${b} spoke to`, corrupt: `When${a} and${b} went home,${a} spoke to` },
      ...{ answers: [a], wrong_answers: [b] },
    });
    const prompts = names.flatMap((a) => names.filter((b) => b !== a).map((b) => pair(a, b)));
    const load = (prompts: object) => tasks["ioi-token"]!.load({ model: model.folder, prompts: prompts as never });
    await expect(load({ prompts })).rejects.toThrow(/lacks S1\+1, S2, end\. They are in a data set's `word_idxs`/);
    const word_idxs = { IO: 1, "IO-1": 0, "IO+1": 2, S1: 3, "S1-1": 2, "S1+1": 4, S2: 7, end: 9, starts: 0, punct: 6 };
    await using task = await load({ prompts, word_idxs });
    expect([task.train.promptCount, task.test.promptCount]).toEqual([9, 3]);
    expect(task.knownEdgeCount).toBeGreaterThan(1000);
    expect(task.train.wordPositions.S2).toBe(8);
  });
});
