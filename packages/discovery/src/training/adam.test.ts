import { Tensor } from "@autocircuit/native";
import { describe, expect, test } from "vitest";
import { Adam } from "./adam.ts";

describe("Adam", () => {
  test("two steps by hand", async () => {
    using adam = new Adam(Tensor.from([1, 2], { dtype: "float64" }), { learningRate: 0.1 });
    using first = Tensor.from([0.5, -4], { dtype: "float64" });
    adam.step(first);
    const [a, b] = Array.from(await adam.parameter.data(), Number);
    expect(a).toBeCloseTo(1 - 0.1, 8);
    expect(b).toBeCloseTo(2 + 0.1, 8);
    using second = Tensor.from([1, 0], { dtype: "float64" });
    adam.step(second);
    const mean = (0.9 * 0.05 + 0.1 * 1) / (1 - 0.9 ** 2);
    const square = (0.999 * 0.00025 + 0.001 * 1) / (1 - 0.999 ** 2);
    const [after] = Array.from(await adam.parameter.data(), Number);
    expect(after).toBeCloseTo(a! - (0.1 * mean) / (Math.sqrt(square) + 1e-8), 10);
  });

  test("a rate for each number, upwards too, a factor of the step, and decay beside the gradient", async () => {
    const rates = Float32Array.from([1, -2, 0]);
    using adam = new Adam(Tensor.from([1, 2, 3], { dtype: "float64" }), { learningRate: 0.1, weightDecay: 0.5, rates });
    using gradient = Tensor.from([0.5, 4, 1], { dtype: "float64" });
    adam.step(gradient, 0.5);
    // The first step is one learning rate against the sign, of numbers that have lost half of theirs.
    const [a, b, c] = Array.from(await adam.parameter.data(), Number);
    expect(a).toBeCloseTo(1 * (1 - 0.025) - 0.05, 8);
    expect(b).toBeCloseTo(2 * (1 - 0.05) + 0.1, 8);
    expect(c).toBe(3);
  });

  test("finds the minimum of a parabola", async () => {
    using adam = new Adam(Tensor.from([5]), { learningRate: 0.1 });
    for (let step = 0; step < 400; step++) {
      using gradient = adam.parameter.sub(3).mul(2);
      adam.step(gradient);
    }
    expect(await adam.parameter.item()).toBeCloseTo(3, 2);
  });
});
