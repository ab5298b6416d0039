import { Circuit, PromptLoader, type PromptPair } from "@autocircuit/core";
import { describe, expect, it } from "vitest";
import { smallModel } from "../test/small-model.ts";
import { crossTaskAblation } from "./cross-task-ablation.ts";
import { type PromptScore, promptScores } from "./prompt-scores.ts";

it("refuses two tasks of one name", async () => {
  const model = smallModel();
  const pair = { clean: [0, 1, 2], corrupt: [1, 1, 2], answers: [0], wrongAnswers: [1] };
  const prompts = new PromptLoader([pair, { ...pair, clean: [3, 1, 2] }], { batchSize: 2 });
  const part = (name: string) => ({ name, prompts, circuit: Circuit.of(model.graph, [0]) });
  await expect(crossTaskAblation(model, [part("one"), part("two"), part("one")])).rejects.toThrow(
    /two tasks are called "one"/,
  );
  expect((await crossTaskAblation(model, [part("one"), part("two")])).names).toEqual(["one", "two"]);
});

describe("what a model can lose", () => {
  const model = smallModel();
  const circuit = Circuit.of(model.graph, ["Resid Start->Resid End"]);
  const of = (pairs: PromptPair[]) => new PromptLoader(pairs, { batchSize: 2 });
  const pairs = [1, 2, 3].flatMap((i) =>
    [0, 1, 2, 3].map((answer) => ({
      ...{ clean: [i, 1, 2], corrupt: [1, i - 1, i % 3] },
      ...{ answers: [answer], wrongAnswers: [(answer + 1) % 4] },
    })),
  );
  const swapped = ({ answers, wrongAnswers, ...pair }: PromptPair) => ({
    ...pair,
    answers: wrongAnswers,
    wrongAnswers: answers,
  });
  const everything = Circuit.where(model.graph, () => true);

  /** Pairs whose score is better than the ablated model's, and the others. */
  async function sorted(score: PromptScore) {
    const rows = await promptScores(model, of(pairs), [everything, Circuit.of(model.graph, [])], { score });
    const [full, empty] = rows as [Float64Array, Float64Array];
    const some = pairs.filter((_, i) => full[i]! > empty[i]! && (score !== "logit-diff" || full[i]! > 0));
    return { done: some, worse: pairs.filter((_, i) => full[i]! < empty[i]!) };
  }

  const lose = async (first: PromptPair[], second: PromptPair[], score: PromptScore) => {
    const parts = [first, second].map((pairs, i) => ({ name: `${i}`, prompts: of(pairs), circuit }));
    return await crossTaskAblation(model, parts, { score });
  };

  it("is no logit difference that is not above 0, whatever the removal of circuits does to it", async () => {
    const { done } = await sorted("logit-diff");
    const { means, nothingToLose, reasons, harm } = await lose(done, done.map(swapped), "logit-diff");
    expect(means[1]!.full).toBeCloseTo(-means[0]!.full, 5);
    expect(nothingToLose).toEqual([null, "not-done"]);
    expect(reasons).toEqual([null, expect.stringMatching(/^the model does not do that task, its logit-diff is -/)]);
    for (const row of harm) expect(row).toEqual([expect.any(Number), Number.NaN]);
    expect(harm[0]![0]).not.toBeNaN();
  });

  it("is any log-probability that is better than with everything ablated", async () => {
    const { done, worse } = await sorted("answer-logprob");
    const { means, nothingToLose, reasons, harm } = await lose(done, worse, "answer-logprob");
    expect(means[0]!.full).toBeLessThan(0);
    expect(nothingToLose).toEqual([null, "not-done"]);
    expect(reasons[1]).toMatch(/ its answer-logprob is -\S+, and -\S+ with every edge ablated$/);
    expect(harm[0]![0]).not.toBeNaN();
    expect(harm[0]![1]).toBeNaN();
  });

  it("is nothing where ablation changes nothing", async () => {
    const { done } = await sorted("logit-diff");
    const still = done.map((pair) => ({ ...pair, corrupt: pair.clean }));
    const { nothingToLose, reasons } = await lose(done, still, "logit-diff");
    expect(nothingToLose).toEqual([null, "nothing-ablated"]);
    expect(reasons[1]).toMatch(/^the model scores \S+ \(logit-diff\) with every edge ablated as with none$/);
  });
});
