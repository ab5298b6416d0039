import { grad, Tensor } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { hardConcrete, hardConcreteShift, hardConcreteStart } from "./hard-concrete.ts";
import { seededNoise } from "./noise.ts";

const numbers = async (tensor: Tensor) => Array.from(await tensor.data(), Number);
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

describe("hardConcrete", () => {
  it("starts where the papers start", () => {
    expect(hardConcreteStart).toBeCloseTo(1.6094379, 6);
    expect(hardConcreteShift).toBeCloseTo(-1.5985968, 6);
  });

  it("by hand: the stretched sigmoid of noise and parameter, cut to 0 and 1", async () => {
    const parameters = Tensor.from([0.3, 4, -4], { dtype: "float64" });
    const noise = Tensor.from([0.4, 0.9, 0.2], { dtype: "float64" });
    const [middle, high, low] = await numbers(hardConcrete(parameters, noise));
    expect(middle).toBeCloseTo(1.2 * sigmoid((Math.log(0.4 / 0.6) + 0.3) / (2 / 3)) - 0.1, 12);
    expect([high, low]).toEqual([1, 0]);
  });

  it("is above 0 as often as it should be, with a mask for each row", async () => {
    const rows = 20_000;
    const values = [-2, 0, 1.5];
    const noise = Tensor.from(seededNoise(3)({ use: "mask", step: 0, pass: 0, rows, edgeCount: 3 }), {
      shape: [rows, 3],
    });
    const above = await numbers(hardConcrete(Tensor.from(values), noise).gt(0).to("float32").mean(0));
    const below = await numbers(hardConcrete(Tensor.from(values), noise).lt(1).to("float32").mean(0));
    values.forEach((value, edge) => {
      expect(Math.abs(above[edge]! - sigmoid(value - hardConcreteShift))).toBeLessThan(0.02);
      expect(Math.abs(1 - below[edge]! - sigmoid(value + hardConcreteShift))).toBeLessThan(0.02);
    });
  });

  it("noise of 0 and 1 gives numbers", async () => {
    const noise = Tensor.from([0, 1]);
    expect((await numbers(hardConcrete(Tensor.from([0, 0]), noise))).every(Number.isFinite)).toBe(true);
  });

  it("carries the gradient of the formula, none where it is cut", async () => {
    const noise = Tensor.from([0.4, 0.9, 0.55], { dtype: "float64" });
    const at = async (values: number[]) =>
      numbers(
        hardConcrete(Tensor.from(values, { dtype: "float64" }), noise)
          .sum()
          .reshape([1]),
      );
    const values = [0.3, 4, -0.2];
    const parameters = Tensor.from(values, { dtype: "float64" }).requireGrad();
    const gradient = await numbers(grad(hardConcrete(parameters, noise).sum(), [parameters])[0]!);
    for (const edge of [0, 1, 2]) {
      const moved = (by: number) => at(values.map((value, other) => (other === edge ? value + by : value)));
      expect(gradient[edge]).toBeCloseTo(((await moved(1e-5))[0]! - (await moved(-1e-5))[0]!) / 2e-5, 6);
    }
    expect(gradient[1]).toBe(0);
  });
});
