import { describe, expect, it } from "vitest";
import { scalarDifference, tensorDifference } from "./tolerance.ts";

describe("tensorDifference", () => {
  it("allows 3e-6 + 1e-3 |expected| + 1e-4 max", () => {
    // at the first element: 3e-6 + 1e-3 * 1 + 1e-4 * 10
    expect(tensorDifference([1.002, 10], [1, 10])).toBeUndefined();
    expect(tensorDifference([1.00201, 10], [1, 10])).toMatchObject({ index: 0, expected: 1 });
    expect(tensorDifference([2e-6], [0])).toBeUndefined();
    expect(tensorDifference([4e-6], [0])).toBeDefined();
  });

  it("takes the maximum of the whole set when told", () => {
    expect(tensorDifference([0.0009], [0], { max: 10 })).toBeUndefined();
    expect(tensorDifference([0.0011], [0], { max: 10 })).toBeDefined();
    expect(tensorDifference([0.0011], [0], { max: 10, ofMax: 2e-2 })).toBeUndefined();
  });

  it("reports the largest difference and the worst place", () => {
    expect(tensorDifference([0, 1, 5], [0, 2, 4.5])).toMatchObject({ maxAbs: 1, index: 1, actual: 1, expected: 2 });
  });

  it("never lets NaN or a wrong infinity pass", () => {
    expect(tensorDifference([Number.NaN], [1])).toBeDefined();
    expect(tensorDifference([Number.POSITIVE_INFINITY], [1])).toBeDefined();
    expect(tensorDifference([1], [Number.POSITIVE_INFINITY])).toBeDefined();
    expect(tensorDifference([Number.NEGATIVE_INFINITY], [Number.POSITIVE_INFINITY])).toBeDefined();
    expect(tensorDifference([Number.POSITIVE_INFINITY, 1], [Number.POSITIVE_INFINITY, 1])).toBeUndefined();
    expect(tensorDifference([undefined as unknown as number], [1])).toBeDefined();
  });
});

describe("scalarDifference", () => {
  it("allows 2e-4 + 1e-3 |expected|", () => {
    expect(scalarDifference(100.1, 100)).toBeUndefined();
    expect(scalarDifference(100.11, 100)).toBeDefined();
    expect(scalarDifference(100.11, 100, { ofMax: 2e-2, max: 100 })).toBeUndefined();
    expect(scalarDifference(Number.NaN, 0)).toBeDefined();
  });
});
