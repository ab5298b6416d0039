import { describe, expect, test } from "vitest";
import {
  aggregate,
  indices,
  linearSequenceMap,
  select,
  selectorWidth,
  sequenceMap,
  tokens,
  tokensOf,
} from "../language/primitives.ts";
import type { SOp } from "../language/sop.ts";
import { RaspError } from "../rasp-error.ts";
import { evaluate } from "./evaluate.ts";
import { dynamicIssues } from "./validate-dynamic.ts";

const number = tokensOf<number>();
const all = select(tokens, tokens, "true");
const before = select(indices, indices, "lt");

describe("evaluate", () => {
  test("nothing selected gives the default", () => {
    expect(evaluate(aggregate(before, number), [4, 5])).toEqual([null, 4]);
    expect(evaluate(aggregate(before, number, { default: 9 }), [4, 5])).toEqual([9, 4]);
    expect(evaluate(aggregate(before, number.numerical()), [4, 5])).toEqual([0, 4]);
  });

  test("one value stays what it is, several numbers are averaged", () => {
    const isFour = number.eq(4).numerical();
    expect(evaluate(aggregate(before, tokens), ["a", "b"])).toEqual([null, "a"]);
    expect(evaluate(aggregate(before, isFour), [4, 5])).toEqual([0, true]);
    expect(evaluate(aggregate(all, isFour), [4, 5])).toEqual([0.5, 0.5]);
    expect(evaluate(aggregate(all, isFour), [4, 4])).toEqual([1, 1]);
    expect(evaluate(aggregate(all, number), [4, 8])).toEqual([6, 6]);
  });

  test("several values that agree stay what they are", () => {
    const same = select(tokens, tokens, "eq");
    expect(evaluate(aggregate(same, tokens), ["a", "b", "a"])).toEqual(["a", "b", "a"]);
    // A mean of three 0.1 would be 0.10000000000000002.
    expect(evaluate(aggregate(all, number), [0.1, 0.1, 0.1])).toEqual([0.1, 0.1, 0.1]);
  });

  test("words cannot be averaged", () => {
    const mean = aggregate(all, tokens).named("mean");
    expect(() => evaluate(mean, ["a", "b"])).toThrow(/mean: at position 0 it averages 2 values, one of them "a"/);
    const holes = aggregate(all, aggregate(before, number)).named("holes");
    expect(() => evaluate(holes, [1, 2])).toThrow(/one of them undefined/);
  });

  test("an undefined key or query is an error that names the selector", () => {
    const shifted = aggregate(before, number).named("shifted");
    const keys = selectorWidth(select(shifted, number, "eq").named("find"));
    const queries = selectorWidth(select(number, shifted, "eq").named("find"));
    expect(() => evaluate(keys, [1, 2])).toThrow(/find: its key shifted is undefined at position 0/);
    expect(() => evaluate(queries, [1, 2])).toThrow(RaspError);
  });

  test("undefined operands give undefined", () => {
    const shifted = aggregate(before, number);
    expect(
      evaluate(
        sequenceMap((x: number, y: number) => x + y, shifted, number),
        [1, 2],
      ),
    ).toEqual([null, 3]);
    expect(evaluate(shifted.add(1), [1, 2])).toEqual([null, 2]);
  });

  test("linear sequence maps", () => {
    const program = linearSequenceMap(number.numerical(), number.gt(1).numerical(), 2, -1);
    expect(evaluate(program, [1, 2])).toEqual([2, 3]);
  });

  test("causal selectors see no later position", () => {
    expect(evaluate(selectorWidth(all), [7, 7, 7], { causal: true })).toEqual([1, 2, 3]);
    // At each selector: the negation of nothing must not bring later positions back.
    const after = select(indices, indices, "gt");
    const none = select(tokens, tokens, "false");
    expect(evaluate(selectorWidth(after.or(none).not()), [7, 7, 7], { causal: true })).toEqual([1, 2, 3]);
  });

  test("the empty input gives the empty sequence", () => {
    expect(evaluate(selectorWidth(all), [])).toEqual([]);
  });

  test("shared expressions are evaluated once", () => {
    let calls = 0;
    let program: SOp<number, "categorical"> = number.map((x) => {
      calls++;
      return x;
    });
    for (let i = 0; i < 40; i++) program = sequenceMap((x: number, y: number) => (x + y) % 7, program, program);
    evaluate(program, [1, 2, 3]);
    expect(calls).toBe(3);
  });
});

describe("dynamicIssues", () => {
  test("finds categorical mixtures", () => {
    const [issue, ...rest] = dynamicIssues(aggregate(all, number), [1, 3, 1]);
    expect(rest).toHaveLength(2);
    expect(issue).toMatchObject({ expression: "aggregate_1", position: 0 });
    expect(issue!.message).toContain("averages different values (1, 3, 1)");
    expect(dynamicIssues(aggregate(all, number), [2, 2])).toEqual([]);
  });

  test("finds numerical aggregates of other values than 0 and 1", () => {
    const program = aggregate(all, number.numerical());
    expect(dynamicIssues(program, [0, 1])).toEqual([]);
    expect(dynamicIssues(program, [0, 2])[0]!.message).toContain("here it meets 2");
  });

  test("finds inputs on which the program has no value", () => {
    const program = selectorWidth(select(aggregate(before, number), number, "eq").named("find"));
    expect(dynamicIssues(program, [1])).toEqual([
      { expression: "find", position: -1, message: expect.stringContaining("undefined") },
    ]);
  });
});
