import { Tensor } from "@autocircuit/native";
import { describe, expect, test } from "vitest";
import { klOfLogprobs } from "./kl-divergence.ts";

const logs = (rows: number[][]) =>
  Tensor.from(
    rows.map((row) => row.map(Math.log)),
    { dtype: "float64" },
  );

describe("klOfLogprobs", () => {
  test("by hand, the expectation over the first distribution", async () => {
    const full = logs([
      [0.5, 0.5],
      [0.9, 0.1],
    ]);
    const circuit = logs([
      [0.25, 0.75],
      [0.9, 0.1],
    ]);
    const [first, second] = Array.from(await klOfLogprobs(full, circuit).data(), Number);
    expect(first).toBeCloseTo(0.5 * Math.log(2) + 0.5 * Math.log(2 / 3), 12);
    expect(second).toBe(0);
  });

  test("averages over positions", async () => {
    const full = logs([
      [0.5, 0.5],
      [0.5, 0.5],
    ]).unsqueeze(0);
    const circuit = logs([
      [0.5, 0.5],
      [0.25, 0.75],
    ]).unsqueeze(0);
    const [value] = Array.from(await klOfLogprobs(full, circuit).data(), Number);
    expect(value).toBeCloseTo((0.5 * Math.log(2) + 0.5 * Math.log(2 / 3)) / 2, 12);
  });

  test("refuses an output of one value", () => {
    expect(() => klOfLogprobs(logs([[1]]), logs([[1]]))).toThrow(/single value/);
  });
});
