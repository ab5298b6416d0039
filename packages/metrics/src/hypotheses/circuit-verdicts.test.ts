import { expect, it } from "vitest";
import { sufficiencyTest } from "./against-random.ts";
import { minimalityVerdict, sufficiencyVerdict } from "./circuit-verdicts.ts";

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

it("minimality of a circuit of one edge is told of one", () => {
  const about = { tested: 1, edges: 1, names: ["MLP 0->Resid End"] };
  const result = { distances: [1], randomDistances: [0], beaten: [1], pValues: [1] };
  expect(minimalityVerdict({ ...result, notMinimal: [] }, about).text).toMatch(/^Nothing says that its one edge does/);
  expect(minimalityVerdict({ ...result, notMinimal: [0] }, about).text).toBe(
    "Not minimal: its one edge does too little: MLP 0->Resid End.",
  );
});
