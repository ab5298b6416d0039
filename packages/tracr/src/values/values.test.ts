import { describe, expect, test } from "vitest";
import { compareValues } from "./compare.ts";
import { printValue } from "./print.ts";
import { distinctValues, isArithmeticFailure, sameValue, type Value } from "./value.ts";

describe("equality", () => {
  test.each<[Value | null, Value | null, boolean]>([
    [1, 1, true],
    [1, true, true],
    [0, false, true],
    [0, -0, true],
    [1, "1", false],
    ["a", "a", true],
    [[1, "a"], [true, "a"], true],
    [[1, 2], [1, 2, 3], false],
    [["1,2"], ["1", "2"], false],
    [null, null, true],
    [null, 0, false],
  ])("%j and %j: %s", (a, b, same) => {
    expect(sameValue(a, b)).toBe(same);
  });

  test("the first of equal values stays", () => {
    expect(distinctValues([true, 1, 0, false, "a", "a"])).toEqual([true, 0, "a"]);
  });

  test("NaN and infinities are arithmetic failures", () => {
    expect([Number.NaN, 1 / 0, -1 / 0, 1, "NaN", null].map(isArithmeticFailure)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe("order", () => {
  test.each<[Value, Value, -1 | 0 | 1 | null]>([
    [2, 10, -1],
    ["2", "10", 1],
    [false, 1, -1],
    [1, true, 0],
    ["Z", "a", -1],
    [[1, "b"], [1, "a"], 1],
    [[1], [1, 2], -1],
    [1, "a", null],
    [[1, 2], 3, null],
    [["a", 1], ["a", "b"], null],
  ])("%j before %j: %s", (a, b, order) => {
    expect(compareValues(a, b)).toBe(order);
  });
});

describe("printing", () => {
  test.each<[Value, string]>([
    ["a", "a"],
    [true, "True"],
    [false, "False"],
    [-3, "-3"],
    [-0, "0"],
    [0.1, "0.1"],
    [0.00001, "1e-05"],
    [0.0001, "0.0001"],
    [1.5e-7, "1.5e-07"],
    [1e21, "1000000000000000000000"],
    [["a", 1], "('a', 1)"],
    [["it's"], `("it's",)`],
    [[["a"], true], "(('a',), True)"],
  ])("%j is %s", (value, text) => {
    expect(printValue(value)).toBe(text);
  });

  test.each<[Value, string]>([
    [1, "1.0"],
    [1.25, "1.25"],
    [1e16, "1e+16"],
    [[1, "a"], "(1.0, 'a')"],
  ])("%j as a float is %s", (value, text) => {
    expect(printValue(value, true)).toBe(text);
  });
});
