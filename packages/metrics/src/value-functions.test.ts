import { grad, Tensor } from "@autocircuit/native";
import { describe, expect, test } from "vitest";
import { valueFunctions } from "./value-functions.ts";

const ln = Math.log;
const rows = [[ln(1), ln(2), ln(5)]];

describe("value functions", () => {
  test.each([
    ["logit", rows[0]!],
    ["prob", [1 / 8, 2 / 8, 5 / 8]],
    ["logprob", [ln(1 / 8), ln(2 / 8), ln(5 / 8)]],
    ["logit-exp", [1 / 8, 2 / 8, 5 / 8]],
  ] as const)("%s by hand", async (name, expected) => {
    const values = Array.from(await valueFunctions[name](Tensor.from(rows, { dtype: "float64" })).data(), Number);
    expected.forEach((value, index) => {
      expect(values[index]).toBeCloseTo(value, 12);
    });
  });

  test.each([
    ["prob", [-(1 / 8) * (5 / 8), -(2 / 8) * (5 / 8), (5 / 8) * (3 / 8)]],
    ["logprob", [-1 / 8, -2 / 8, 3 / 8]],
    ["logit-exp", [0, 0, 5 / 8]],
  ] as const)("%s: gradient of the last value by hand", async (name, expected) => {
    const logits = Tensor.from(rows, { dtype: "float64" }).requireGrad();
    const [gradient] = grad(valueFunctions[name](logits).select(1, 2).sum(), [logits]);
    const values = Array.from(await gradient!.data(), Number);
    expected.forEach((value, index) => {
      expect(values[index]).toBeCloseTo(value, 12);
    });
  });

  test("logit-exp does not overflow", async () => {
    const values = await valueFunctions["logit-exp"](Tensor.from([[1000, 0]])).toArray();
    expect(values).toEqual([[1, 0]]);
  });
});
