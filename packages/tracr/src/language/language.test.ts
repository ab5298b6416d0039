import { describe, expect, test } from "vitest";
import { evaluate, evaluateSelector } from "../evaluate/evaluate.ts";
import { allExpressions } from "./children.ts";
import { comparisons } from "./comparison.ts";
import {
  aggregate,
  full,
  indices,
  length,
  select,
  selectorWidth,
  sequenceMap,
  tokens,
  tokensOf,
} from "./primitives.ts";
import type { SOp } from "./sop.ts";

const number = tokensOf<number>();

describe("operators", () => {
  test.each<[string, SOp, unknown[]]>([
    ["add a constant", number.add(1), [3, 4, 6]],
    ["add a sequence", number.add(indices), [2, 4, 7]],
    ["sub", number.sub(indices), [2, 2, 3]],
    ["rsub", number.rsub(10), [8, 7, 5]],
    ["mul", number.mul(2), [4, 6, 10]],
    ["div", number.div(2), [1, 1.5, 2.5]],
    ["div by a sequence", number.div(indices), [null, 3, 2.5]],
    ["rdiv", number.rdiv(30), [15, 10, 6]],
    ["eq", number.eq(3), [false, true, false]],
    ["eq of two sequences", number.eq(indices.add(2)), [true, true, false]],
    ["ne", number.ne(3), [true, false, true]],
    ["lt", number.lt(3), [true, false, false]],
    ["le", number.le(3), [true, true, false]],
    ["gt", number.gt(3), [false, false, true]],
    ["ge", number.ge(3), [false, true, true]],
    ["and", number.gt(2).and(number.lt(5)), [false, true, false]],
    ["and a constant", number.gt(2).and(false), [false, false, false]],
    ["or", number.gt(4).or(number.lt(3)), [true, false, true]],
    ["or a constant", number.gt(4).or(true), [true, true, true]],
    ["not", number.gt(4).not(), [true, true, false]],
    ["length", number.sub(length), [-1, 0, 2]],
    ["full", number.add(full(1)), [3, 4, 6]],
  ])("%s", (_, program, expected) => {
    expect(evaluate(program, [2, 3, 5])).toEqual(expected);
  });

  test("a map of a map becomes one map, unless told otherwise", () => {
    const inner = number.add(1).named("inner").numerical();
    const folded = inner.map((x) => x * 2);
    const kept = inner.map((x) => x * 2, { simplify: false });
    expect(allExpressions(folded)).toEqual([folded, number]);
    expect(allExpressions(kept)).toEqual([kept, inner, number]);
    expect(evaluate(folded, [1, 2])).toEqual([4, 6]);
    expect(evaluate(kept, [1, 2])).toEqual([4, 6]);
  });

  test("undefined stays undefined through folded maps", () => {
    const known = number.map((x) => (x === 2 ? null : x)).map((x) => x + 1);
    expect(evaluate(known, [1, 2])).toEqual([2, null]);
    expect(
      evaluate(
        number.rdiv(1).map((x) => x === Number.POSITIVE_INFINITY),
        [0, 1],
      ),
    ).toEqual([null, false]);
  });

  test("annotations make copies", () => {
    const named = number.named("me");
    expect([named.name, number.name, tokens.add.name]).toEqual(["me", "tokens", "add"]);
    expect(named).not.toBe(number);
    expect(number.numerical().encoding).toBe("numerical");
    expect(number.numerical().categorical().named("x").encoding).toBe("categorical");
    expect(named.annotated({ floats: true })).toMatchObject({ name: "me", floats: true });
  });

  test("aggregates take the encoding of their values", () => {
    const before = select(indices, indices, "leq");
    expect(aggregate(before, number).encoding).toBe("categorical");
    expect(aggregate(before, number.eq(1).numerical()).encoding).toBe("numerical");
  });
});

describe("selectors", () => {
  const keys = [1, 2, 3];

  test.each(comparisons)("%s", (comparison) => {
    const holds = {
      eq: (k: number, q: number) => k === q,
      neq: (k: number, q: number) => k !== q,
      lt: (k: number, q: number) => k < q,
      leq: (k: number, q: number) => k <= q,
      gt: (k: number, q: number) => k > q,
      geq: (k: number, q: number) => k >= q,
      true: () => true,
      false: () => false,
    }[comparison];
    const matrix = evaluateSelector(select(number, indices, comparison), keys);
    expect(matrix).toEqual([0, 1, 2].map((query) => keys.map((key) => holds(key, query))));
  });

  test("values without order are different, neither below nor above", () => {
    const matrix = (comparison: "neq" | "lt" | "geq") => evaluateSelector(select(tokens, indices, comparison), ["a"]);
    expect([matrix("neq"), matrix("lt"), matrix("geq")]).toEqual([[[true]], [[false]], [[false]]]);
  });

  test("and, or, not of selects over the same sequences fold into one", () => {
    const small = select(number, indices, "leq");
    const odd = select(number, indices, (key) => key % 2 === 1);
    for (const folded of [small.and(odd), small.or(odd), small.not(), small.and(odd).or(small.not())]) {
      expect(folded.node.kind).toBe("select");
    }
    expect(evaluateSelector(small.and(odd), [1, 2])).toEqual([
      [false, false],
      [true, false],
    ]);
    expect(evaluateSelector(small.or(odd).not(), [1, 2])).toEqual([
      [false, true],
      [false, true],
    ]);
  });

  test("a constant side is baked into the predicate", () => {
    const isTwo = select(number, full(2), "eq");
    const early = select(number, indices, "leq");
    for (const combined of [isTwo.and(early), early.and(isTwo)]) {
      expect(combined.node).toMatchObject({ kind: "select", keys: number, queries: indices });
      expect(evaluateSelector(combined, [1, 2, 2])).toEqual([
        [false, false, false],
        [false, false, false],
        [false, true, true],
      ]);
    }
    const fixedKey = select(full(1), indices, "eq");
    expect(fixedKey.or(early).node).toMatchObject({ keys: number, queries: indices });
  });

  test("others stay composite and can be evaluated", () => {
    const same = select(number, number, "eq");
    const before = select(indices, indices, "lt");
    const composite = same.and(before);
    expect(composite.node.kind).toBe("selector-and");
    expect(composite.not().node.kind).toBe("selector-not");
    expect(evaluate(selectorWidth(composite), [5, 5, 4, 5])).toEqual([0, 1, 0, 2]);
    expect(evaluate(selectorWidth(same.or(before)), [5, 5, 4, 5])).toEqual([3, 3, 3, 4]);
    expect(evaluate(selectorWidth(composite.not()), [5, 5, 4, 5])).toEqual([4, 3, 4, 2]);
    expect(composite.named("mine").name).toBe("mine");
  });
});

// The type check of this file is the test: every line marked would be an error that only the compiler finds otherwise.
test("the editor sees mistakes", () => {
  const mean = aggregate(select(indices, indices, "leq"), number.eq(1).numerical());
  const mistakes = [
    // @ts-expect-error words cannot be added
    () => tokensOf<string>().add(1),
    // @ts-expect-error a word is compared with a number
    () => tokensOf<string>().eq(1),
    // @ts-expect-error two numerical sequences have no sequence map
    () => mean.add(mean),
    // @ts-expect-error numbers are no truth values
    () => number.and(true),
    // @ts-expect-error the function takes a word where numbers come
    () => number.map((x: string) => x.length),
    // @ts-expect-error there is no such comparison
    () => select(number, number, "equals"),
    // @ts-expect-error the default of a numerical aggregate is a number
    () => aggregate(select(indices, indices, "leq"), mean, { default: "none" }),
    // @ts-expect-error a selector is no sequence
    () => selectorWidth(number),
    // @ts-expect-error words have no numerical form
    () => tokensOf<string>().numerical(),
    // @ts-expect-error the operands are numbers
    () => sequenceMap((x: string, y: number) => x.repeat(y), number, indices),
  ];
  expect(mistakes).toHaveLength(10);
});
