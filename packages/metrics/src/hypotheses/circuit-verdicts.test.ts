import { expect, it } from "vitest";
import { partialNecessityTest, sufficiencyTest } from "./against-random.ts";
import {
  equivalenceVerdict,
  independenceVerdict,
  minimalityVerdict,
  necessityVerdict,
  sufficiencyVerdict,
} from "./circuit-verdicts.ts";

const asked = { quantile: 0.9, level: 0.05, promptCount: 20 };
const full = [1, 2, 3, 4];
const far = [0, 0, 0, 0];

it("sufficiency is not tested where all random circuits tie with the circuit, and is where one does not", () => {
  const tied = sufficiencyTest(full, far, Array(50).fill(far));
  expect(tied.pValue).toBeLessThan(0.05);
  expect(sufficiencyVerdict(tied, 3, asked)).toEqual({
    ...{ test: "sufficiency", passed: null, pValue: null },
    text: "Cannot be tested: all 50 random circuits of its size are as near to the model as the circuit.",
  });
  const one = sufficiencyTest(full, far, [...Array(49).fill(far), [-1, 0, 0, 0]]);
  expect(sufficiencyVerdict(one, 3, asked)).toMatchObject({ passed: true, text: expect.stringMatching(/^Sufficient/) });
});

/** Of a circuit of some edges, of a model that does the task. */
const facts = { size: 3, level: 0.05, worse: false };

it("equivalence that is not refused passes where prompts show that the score is kept, and only there, however many they are", () => {
  const result = { statistic: 0.125, pValue: 0.11, leastPValue: 0.001 };
  const of = (promptCount: number, keeps: boolean) =>
    equivalenceVerdict(result, { ...facts, promptCount, keeps: () => keeps });
  for (const promptCount of [19, 20, 2000]) {
    expect(of(promptCount, true)).toMatchObject({
      ...{ passed: true, pValue: 0.11 },
      text: expect.stringMatching(/\(p = 0\.11\), and it keeps 90 % to 110 % of/),
    });
    expect(of(promptCount, false)).toMatchObject({ passed: null, undecided: true, pValue: 0.11 });
  }
  expect(of(20, false).text).toMatch(
    /^Cannot tell: nothing says that the circuit differs .*, but nothing shows that it keeps 90 % to 110 % .* takes\.$/,
  );
  expect(of(19, false).text).toMatch(/takes\. Fewer than 20 prompts refuse little\.$/);
  const refused = { ...result, pValue: 0.04 };
  expect(equivalenceVerdict(refused, { ...facts, promptCount: 8, keeps: () => true }).passed).toBe(false);
});

it("equivalence of a circuit without edges is no verdict", () => {
  for (const result of [null, { statistic: 0.5, pValue: 0.9, leastPValue: 0.001 }])
    expect(equivalenceVerdict(result, { ...facts, size: 0, promptCount: 40, keeps: () => true })).toEqual({
      ...{ test: "equivalence", passed: null, pValue: null },
      text: expect.stringMatching(/^Cannot be tested: the circuit has no edges, .* with every edge ablated\.$/),
    });
});

it("equal scores are equivalent from as many prompts on as can show anything", () => {
  const of = (promptCount: number) => equivalenceVerdict(null, { ...facts, promptCount, keeps: () => true });
  expect(of(5)).toMatchObject({
    passed: true,
    text: expect.stringMatching(/the same as the model on all 5 prompts\.$/),
  });
  expect(of(4)).toMatchObject({
    ...{ passed: null, undecided: true },
    text: expect.stringMatching(/^Cannot tell: the circuit alone scores the same .* few\. From 5 prompts on the test/),
  });
});

it("equivalence says where the model scores lower than with every edge ablated", () => {
  const result = { statistic: 0.5, pValue: 0.9, leastPValue: 0.001 };
  for (const one of [null, result, { ...result, pValue: 0.01 }])
    expect(equivalenceVerdict(one, { ...facts, worse: true, promptCount: 40, keeps: () => false }).text).toMatch(
      /The model itself scores lower than with every edge ablated/,
    );
});

it("minimality of a circuit of one edge is told of one", () => {
  const about = { ...asked, tested: 1, size: 1, names: ["MLP 0->Resid End"] };
  const result = { distances: [1], randomDistances: [0], beaten: [1], pValues: [1], leastPValue: 1e-9 };
  expect(minimalityVerdict({ ...result, notMinimal: [] }, about).text).toMatch(/^Nothing says that its one edge does/);
  expect(minimalityVerdict({ ...result, notMinimal: [0] }, about).text).toBe(
    "Not minimal: its one edge does too little: MLP 0->Resid End.",
  );
});

it("minimality gives all edges that do too little, the text a few and where the rest is", () => {
  const names = Array.from({ length: 8 }, (_, i) => `MLP ${i}->Resid End`);
  const about = { ...asked, tested: 8, size: 8, names };
  const result = {
    distances: [8, 7, 6, 5, 4, 3, 2, 1],
    randomDistances: [9],
    beaten: Array(8).fill(0),
    leastPValue: 1e-9,
    pValues: [0.2, 0.1, 0.01, 0.01, 0.01, 0.01, 0.01, 0.001],
  };
  const { text, notMinimal } = minimalityVerdict({ ...result, notMinimal: [1, 2, 3, 4, 5, 6, 7] }, about);
  expect(notMinimal!.map(({ edge }) => edge)).toEqual([7, 6, 5, 4, 3, 2, 1].map((i) => names[i]));
  expect(notMinimal![0]).toEqual({ edge: "MLP 7->Resid End", distance: 1, pValue: 0.001 });
  expect(text).toMatch(/of its 8 edges 7 do too little: MLP 7.*MLP 3->Resid End and 2 more \(`notMinimal` of this/);
  expect(minimalityVerdict({ ...result, notMinimal: [2] }, about).text).toMatch(/too little: MLP 2->Resid End\.$/);
  expect(minimalityVerdict({ ...result, notMinimal: [] }, about).notMinimal).toEqual([]);
  expect(minimalityVerdict(null, about).notMinimal).toBeUndefined();
});

it("equivalence at a level that 20 prompts cannot reach wants as many as can", () => {
  const result = { statistic: 0.4, pValue: 0.8, leastPValue: 0.6 ** 20 + 0.4 ** 20 };
  const of = (promptCount: number) =>
    equivalenceVerdict(result, { ...facts, promptCount, level: 1e-6, keeps: () => false }).text;
  expect(of(27)).toMatch(/Fewer than 28 prompts refuse little\.$/);
  expect(of(28)).not.toMatch(/Fewer/);
});

it("independence is undecided of few prompts that do not refuse it, and where they could not", () => {
  const of = (pValue: number, promptCount: number, leastPValue = 1e-3) =>
    independenceVerdict({ statistic: 1, pValue, leastPValue }, { ablation: "zero", level: 0.05, promptCount });
  expect(of(0.4, 20)).toMatchObject({ passed: true });
  expect(of(0.4, 19)).toMatchObject({ passed: null, undecided: true, pValue: 0.4 });
  expect(of(0.4, 19).text).toMatch(/^Cannot tell: nothing says .* From 20 prompts on the test tells\.$/);
  expect(of(0.02, 8)).toMatchObject({ passed: false });
  expect(of(1 / 6, 3, 1 / 6).text).toMatch(/^Cannot tell: .* can come to is p = 0\.17\. From 20 prompts that differ/);
  expect(of(0.4, 40, 0.05)).toMatchObject({ passed: null, undecided: true });
});

it("distances on less than 5 prompts tell nothing, whatever random circuits say", () => {
  const near = sufficiencyTest(full, full, Array(50).fill(far));
  const needed = partialNecessityTest(full, far, Array(50).fill(full));
  const minimal = { distances: [0], randomDistances: Array(50).fill(1), beaten: [0], pValues: [0], leastPValue: 0 };
  const about = { ...asked, tested: 1, size: 1, names: ["MLP 0->Resid End"] };
  const of = (promptCount: number) => [
    sufficiencyVerdict(near, 3, { ...asked, promptCount }),
    necessityVerdict(needed, 3, { ...asked, promptCount }),
    minimalityVerdict({ ...minimal, notMinimal: [0] }, { ...about, promptCount }),
  ];
  for (const verdict of of(4))
    expect(verdict).toMatchObject({
      ...{ passed: null, undecided: true },
      text: expect.stringMatching(/4 prompts cannot show, were it so on each \(p = 0\.063\)\. From 5 prompts on/),
    });
  expect(of(5).map(({ passed }) => passed)).toEqual([true, true, false]);
});

it("too few random circuits cannot show that a circuit beats them, but can show that it does not", () => {
  const of = (beaten: number, random: number) => {
    const others = Array.from({ length: random }, (_, i) => (i < beaten ? far : full));
    return sufficiencyVerdict(sufficiencyTest(full, [1, 2, 3, 5], others), 3, asked);
  };
  expect(of(28, 28)).toMatchObject({
    ...{ passed: null, undecided: true },
    text: expect.stringMatching(/^Cannot tell: that 90 % are beaten, 28 .* From 29 random circuits on the test tells/),
  });
  expect(of(29, 29)).toMatchObject({ passed: true });
  expect(of(1, 5)).toMatchObject({ passed: false });
  expect(of(1, 1)).toMatchObject({
    undecided: true,
    text: expect.stringMatching(/1 random circuit cannot show, were it/),
  });
});

it("minimality is undecided where random edges are too few for so many of the circuit", () => {
  const of = (tested: number, random: number) =>
    minimalityVerdict(
      {
        ...{ distances: Array(tested).fill(1), randomDistances: Array(random).fill(0), beaten: Array(tested).fill(1) },
        ...{ pValues: Array(tested).fill(1), leastPValue: 0.1 ** random, notMinimal: [] },
      },
      { ...asked, tested, size: 40, names: [] },
    );
  expect(of(40, 3)).toMatchObject({ passed: true });
  expect(of(40, 2)).toMatchObject({
    ...{ passed: null, undecided: true },
    text: expect.stringMatching(/^Cannot tell: 2 random edges can refuse none of its 40 edges, .* From 3 random circ/),
  });
});
