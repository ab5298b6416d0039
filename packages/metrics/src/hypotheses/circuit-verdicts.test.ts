import { expect, it } from "vitest";
import { sufficiencyTest } from "./against-random.ts";
import { equivalenceVerdict, minimalityVerdict, sufficiencyVerdict } from "./circuit-verdicts.ts";

const asked = { quantile: 0.9, level: 0.05 };
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

it("equivalence that is not refused passes with enough prompts, or where these show that the score is kept", () => {
  const result = { statistic: 0.125, pValue: 0.11 };
  const of = (prompts: number, keeps: boolean) =>
    equivalenceVerdict(result, { prompts, level: 0.05, keeps: () => keeps });
  expect(of(20, false)).toMatchObject({ passed: true, text: expect.stringMatching(/\(p = 0\.11\)\.$/) });
  expect(of(19, true)).toMatchObject({ passed: true, text: expect.stringMatching(/and it keeps 90 % to 110 % of/) });
  const few = of(19, false);
  expect(few).toMatchObject({ passed: null, undecided: true, pValue: 0.11 });
  expect(few.text).toMatch(/^Cannot tell: it scores higher than the model on 12\.5 % of 19 prompts/);
  const refused = { ...result, pValue: 0.04 };
  expect(equivalenceVerdict(refused, { prompts: 8, level: 0.05, keeps: () => true }).passed).toBe(false);
});

it("minimality of a circuit of one edge is told of one", () => {
  const about = { tested: 1, edges: 1, names: ["MLP 0->Resid End"] };
  const result = { distances: [1], randomDistances: [0], beaten: [1], pValues: [1] };
  expect(minimalityVerdict({ ...result, notMinimal: [] }, about).text).toMatch(/^Nothing says that its one edge does/);
  expect(minimalityVerdict({ ...result, notMinimal: [0] }, about).text).toBe(
    "Not minimal: its one edge does too little: MLP 0->Resid End.",
  );
});

it("minimality gives all edges that do too little, the text a few and where the rest is", () => {
  const names = Array.from({ length: 8 }, (_, i) => `MLP ${i}->Resid End`);
  const about = { tested: 8, edges: 8, names };
  const result = {
    distances: [8, 7, 6, 5, 4, 3, 2, 1],
    randomDistances: [9],
    beaten: Array(8).fill(0),
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
