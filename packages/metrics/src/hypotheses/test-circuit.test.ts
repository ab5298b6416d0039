import { Circuit, PromptLoader } from "@autocircuit/core";
import { expect, it } from "vitest";
import { smallModel } from "../../test/small-model.ts";
import { logitDiff } from "../answer-diff.ts";
import { crossTaskAblation } from "../cross-task-ablation.ts";
import { FullModel } from "../full-model.ts";
import { promptScores } from "../prompt-scores.ts";
import { testCircuit } from "./test-circuit.ts";

const model = smallModel();
const { graph } = model;
const pairs = Array.from({ length: 24 }, (_, i) => ({
  clean: [i % 4, (i >> 2) % 4, (3 * i) % 4],
  corrupt: [(i + 1) % 4, (5 * i + 1) % 4, (i >> 1) % 4],
  answers: [i % 4],
  wrongAnswers: [(i + 1 + (i % 3)) % 4],
}));
const prompts = new PromptLoader(pairs, { batchSize: 8 });
const all = Circuit.where(graph, () => true);
const none = Circuit.of(graph, []);

it("scores of prompts: their mean is the metric's value, and the empty circuit is the corrupt run", async () => {
  const [full, empty] = await promptScores(model, prompts, [all, none]);
  using outputs = new FullModel(model, prompts);
  const runs = await Promise.all(
    (["clean", "corrupt"] as const).map(async (side) => ({ size: 0, logits: await outputs.logits(side) })),
  );
  const means = await logitDiff(model, prompts, runs);
  const mean = (scores: Float64Array) => scores.reduce((sum, score) => sum + score, 0) / scores.length;
  expect(mean(full!)).toBeCloseTo(means[0]!.value, 5);
  expect(mean(empty!)).toBeCloseTo(means[1]!.value, 5);
});

it("the whole model passes as its own circuit; of nothing equivalence cannot be tested, nor any edge", async () => {
  const verdicts = async (circuit: Circuit) => {
    const { verdicts } = await testCircuit(model, prompts, circuit, { random: 30 });
    return Object.fromEntries(verdicts.map(({ test, ...verdict }) => [test, verdict]));
  };
  const whole = await verdicts(all);
  expect(whole.equivalence).toMatchObject({ passed: true, pValue: null });
  for (const test of ["independence", "sufficiency", "partial-necessity"] as const)
    expect(whole[test]).toMatchObject({ passed: null, text: expect.stringMatching(/is the whole graph/) });
  expect(whole.minimality).toMatchObject({ passed: null });
  const nothing = await verdicts(none);
  expect(nothing.minimality!.text).toMatch(/the circuit has no edges/);
  for (const test of ["sufficiency", "partial-necessity"] as const)
    expect(nothing[test]).toMatchObject({ passed: null, text: expect.stringMatching(/has no edges/) });
  expect(nothing.equivalence).toEqual({
    ...{ passed: null, pValue: null },
    text: expect.stringMatching(/^Cannot be tested: the circuit has no edges/),
  });
  // What is left without an empty circuit is the model itself.
  expect(nothing.independence).toMatchObject({
    passed: false,
    text: expect.stringMatching(/too small can be the cause/),
  });
});

it("what speaks against nothing is not told as a fact", async () => {
  const { verdicts } = await testCircuit(model, prompts, Circuit.of(graph, ["A0.0->Resid End"]), {
    ...{ tests: ["independence"], level: 0.002 },
  });
  expect(verdicts[0]).toMatchObject({ passed: true, text: expect.stringMatching(/^Nothing says that scores without/) });
});

it("at a level that a thousand permutations cannot reach independence takes more of them", async () => {
  const { verdicts } = await testCircuit(model, prompts, none, { tests: ["independence"], level: 0.0005 });
  expect(verdicts[0]).not.toHaveProperty("undecided");
});

it("scores that are mostly one number have no scale on which independence could be tested", async () => {
  // An answer that is right and wrong: a difference of 0.
  const even = pairs.slice(0, 22).map((pair) => ({ ...pair, wrongAnswers: pair.answers }));
  const most = new PromptLoader([...even, ...pairs.slice(22)], { batchSize: 8 });
  const { verdicts } = await testCircuit(model, most, none, { tests: ["independence"] });
  expect(verdicts[0]).toMatchObject({ passed: null, text: expect.stringMatching(/most scores .* are one number/) });
});

it("no test of two prompts comes to more than that it cannot tell", async () => {
  const few = new PromptLoader(pairs.slice(0, 2), { batchSize: 2 });
  const { verdicts } = await testCircuit(model, few, Circuit.of(graph, ["Resid Start->A0.0.V", "A0.0->Resid End"]));
  for (const verdict of verdicts)
    expect(verdict).toMatchObject({ passed: null, undecided: true, text: expect.stringMatching(/^Cannot tell: /) });
});

it("equivalence of a circuit that is a dead end is undecided, however many prompts do not refuse it", async () => {
  const equivalence = async (count: number, circuit: Circuit) => {
    const some = new PromptLoader(pairs.slice(0, count), { batchSize: count });
    return (await testCircuit(model, some, circuit, { tests: ["equivalence"] })).verdicts[0]!;
  };
  const idle = Circuit.of(graph, ["Resid Start->A0.0.Q"]);
  for (const count of [5, 24]) {
    const verdict = await equivalence(count, idle);
    expect(verdict).toMatchObject({
      ...{ passed: null, undecided: true },
      text: expect.stringMatching(/^Cannot tell: nothing says .*, but nothing shows that it keeps/),
    });
    expect(verdict.pValue).toBeGreaterThan(0.05);
  }
  expect(await equivalence(5, all)).toMatchObject({ passed: true });
});

it("prompts that are there again count once", async () => {
  const circuit = Circuit.of(graph, ["Resid Start->A0.0.V", "A0.0->Resid End"]);
  const asked = { random: 30 };
  const once = await testCircuit(model, new PromptLoader(pairs.slice(0, 6), { batchSize: 6 }), circuit, asked);
  const again = Array.from({ length: 5 }, () => pairs.slice(0, 6)).flat();
  const often = await testCircuit(model, new PromptLoader(again, { batchSize: 6 }), circuit, asked);
  expect(often.verdicts).toEqual(once.verdicts);
  expect([often.promptCount, often.distinct, once.distinct]).toEqual([30, 6, 6]);
  expect(often.means.ablated).toBeCloseTo(once.means.ablated, 10);
});

it("dependence is told with what else can cause it, which is another thing for each kind of ablation", async () => {
  const independence = async (ablation: "resample" | "zero") => {
    const { verdicts } = await testCircuit(model, prompts, none, { tests: ["independence"], ablation });
    return verdicts[0]!.text;
  };
  expect(await independence("resample")).toMatch(
    /^Not independent: .* so can the corrupt prompts' values in its place/,
  );
  expect(await independence("zero")).toMatch(/^Not independent: .* so can answers that score high or low/);
});

it("an edge without effect is named as too little, and edges that carry the head's output are not", async () => {
  const minimality = async (...edges: string[]) => {
    const { verdicts } = await testCircuit(model, prompts, Circuit.of(graph, edges), {
      tests: ["minimality"],
      quantile: 0.1,
    });
    return verdicts[0]!;
  };
  // The head's output is not in the circuit, so that what it attends to makes no difference.
  const idle = await minimality("Resid Start->Resid End", "Resid Start->A0.0.Q");
  expect(idle.passed).toBe(false);
  expect(idle.text).toContain("Resid Start->A0.0.Q");
  const carrying = await minimality("Resid Start->A0.0.V", "A0.0->Resid End");
  expect(carrying).toMatchObject({ passed: true });
  expect(carrying.text).toMatch(/^Nothing says that any of its 2 edges does less/);
});

it("nothing can be tested where clean and corrupt prompts are the same: no edge can be ablated", async () => {
  const same = new PromptLoader(
    pairs.map((pair) => ({ ...pair, corrupt: pair.clean })),
    { batchSize: 8 },
  );
  const { verdicts } = await testCircuit(model, same, Circuit.of(graph, ["Resid Start->Resid End"]));
  expect(verdicts).toHaveLength(5);
  for (const { passed, text } of verdicts) {
    expect(passed).toBe(null);
    expect(text).toMatch(/with every edge ablated each prompt scores as it does with none/);
  }
});

it("nothing can be tested on one prompt, however often it is there", async () => {
  const same = new PromptLoader(Array(24).fill(pairs[0]), { batchSize: 8 });
  const { verdicts } = await testCircuit(model, same, Circuit.of(graph, ["Resid Start->Resid End"]));
  expect(verdicts).toHaveLength(5);
  for (const { passed, text } of verdicts) {
    expect(passed).toBe(null);
    expect(text).toMatch(/^Cannot be tested: all 24 prompts are the same/);
  }
});

it("only the tests that were asked for, and the seed decides what is drawn", async () => {
  const circuit = Circuit.of(graph, ["Resid Start->Resid End"]);
  const asked = { tests: ["sufficiency", "equivalence"] as const, random: 40, seed: 5 };
  const first = await testCircuit(model, prompts, circuit, asked);
  expect(first.verdicts.map(({ test }) => test)).toEqual(["equivalence", "sufficiency"]);
  expect(await testCircuit(model, prompts, circuit, asked)).toEqual(first);
});

it("across tasks: the whole model's removal takes all of every task, none nothing", async () => {
  // Only what the model does can be taken from it.
  const done = async (candidates: typeof pairs) => {
    const [full, empty] = await promptScores(model, new PromptLoader(candidates, { batchSize: 8 }), [all, none]);
    const those = candidates.filter((_, i) => full![i]! > Math.max(0, empty![i]!));
    return new PromptLoader(those, { batchSize: 1 });
  };
  const { harm, names, scores } = await crossTaskAblation(model, [
    { name: "one", prompts: await done(pairs), circuit: all },
    {
      name: "two",
      prompts: await done(pairs.map((pair) => ({ ...pair, answers: [(pair.clean[1]! + 2) % 4] }))),
      circuit: none,
    },
  ]);
  expect(names).toEqual(["one", "two"]);
  expect(scores).toEqual(["logit-diff", "logit-diff"]);
  for (const share of harm[0]!) expect(share).toBeCloseTo(1, 5);
  for (const share of harm[1]!) expect(share).toBeCloseTo(0, 5);
});

it("wrong input", async () => {
  const open = new PromptLoader(
    pairs.map((pair, i) => (i === 2 ? { ...pair, wrongAnswers: [] } : pair)),
    { batchSize: 8 },
  );
  await expect(testCircuit(model, open, all, { score: "logit-diff" })).rejects.toThrow(/prompt 2 has no wrong answers/);
  expect((await testCircuit(model, open, all, { tests: ["equivalence"] })).score).toBe("answer-logprob");
  const one = new PromptLoader(pairs.slice(0, 1), { batchSize: 1 });
  await expect(testCircuit(model, one, all)).rejects.toThrow(/at least two prompts/);
  await expect(testCircuit(model, prompts, all, { tests: ["equivalance"] as never })).rejects.toThrow(
    /one of equivalence/,
  );
  await expect(crossTaskAblation(model, [{ name: "one", prompts, circuit: all }])).rejects.toThrow(/at least two/);
});
