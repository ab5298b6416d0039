import { expect, test } from "vitest";
import {
  aggregate,
  compile,
  full,
  indices,
  length,
  linearSequenceMap,
  makeFracPrevs,
  RaspError,
  type SOp,
  select,
  selectorWidth,
  sequenceMap,
  staticIssues,
  tokens,
  tokensOf,
} from "../src/index.ts";

// Each is refused by the editor too: the `@ts-expect-error` lines fail the type check if it is not.
const number = tokensOf<number>();
const isOne = number.eq(1);
const fraction = makeFracPrevs(isOne);
const everywhere = select(tokens, tokens, "true");
const earlier = select(indices, indices, "leq");

const programs: [what: string, make: () => SOp, expression: string, message: RegExp][] = [
  [
    "numerical tokens",
    // @ts-expect-error tokens may be words
    () => aggregate(earlier, tokens.numerical()),
    "tokens",
    /cannot be numerical; write tokens\.map\(\(x\) => x\)\.numerical\(\)/,
  ],
  [
    "numerical indices",
    () => indices.numerical().map((x) => x > 1),
    "indices",
    /write indices\.map\(\(x\) => x\)\.numerical/,
  ],
  [
    "numerical keys",
    // @ts-expect-error keys are categorical
    () => selectorWidth(select(fraction, indices, "leq")),
    "select_2",
    /its keys, frac_prevs_3, are numerical; write keys\.map\(\(x\) => x\), which is categorical/,
  ],
  [
    "numerical queries",
    // @ts-expect-error queries are categorical
    () => selectorWidth(select(indices, fraction, "leq")),
    "select_2",
    /its queries, frac_prevs_3, are numerical/,
  ],
  [
    "categorical aggregate of numerical values",
    () => aggregate(earlier, fraction).categorical(),
    "aggregate_1",
    /it is categorical but aggregates numerical values; aggregate value\.map\(\(x\) => x\) to have/,
  ],
  [
    "numerical aggregate of categorical values",
    () => aggregate(earlier, isOne).numerical(),
    "aggregate_1",
    /it is numerical but aggregates categorical values; aggregate value\.map\(\(x\) => x\)\.numerical\(\)/,
  ],
  [
    "numerical aggregate of other numbers than 0 and 1",
    () => aggregate(earlier, number.mul(1).numerical()),
    "aggregate_1",
    /averages zeros and ones, but its values include 2, 3; aggregate one indicator per value/,
  ],
  [
    "categorical aggregate with a default",
    () => aggregate(earlier, number, { default: 1 }),
    "aggregate_1",
    /always undefined, its default cannot be 1; leave the default out/,
  ],
  [
    "numerical aggregate with another default than 0",
    () => aggregate(earlier, isOne.numerical(), { default: 1 }),
    "aggregate_1",
    /always 0, its default cannot be 1; write \{ default: 0 \}/,
  ],
  [
    "numerical aggregate without a default",
    () => aggregate(earlier, isOne.numerical(), { default: null }),
    "aggregate_1",
    /its default cannot be undefined \(null\)/,
  ],
  [
    "sequence map of a numerical sequence",
    // @ts-expect-error sequence maps read categorical sequences
    () => sequenceMap((x: number, y: number) => x + y, fraction, indices),
    "sequence_map_1",
    /frac_prevs_2 is numerical; a sequenceMap reads categorical sequences: use linearSequenceMap/,
  ],
  [
    "numerical sequence map",
    () => number.add(indices).numerical(),
    "sequence_map_1",
    /cannot give a number directly; write sequenceMap/,
  ],
  [
    "linear sequence map of categorical sequences",
    // @ts-expect-error linear sequence maps read numerical sequences
    () => linearSequenceMap(fraction, isOne, 1, 1),
    "linear_sequence_map_1",
    /map_3 is categorical; a linearSequenceMap adds numbers: write \.map\(\(x\) => x\)\.numerical\(\)/,
  ],
  [
    "categorical linear sequence map",
    () => linearSequenceMap(fraction, fraction, 1, 1).categorical(),
    "linear_sequence_map_1",
    /gives a number; leave \.categorical\(\) out/,
  ],
  [
    "the length primitive",
    () => number.add(length),
    "length",
    /count it: selectorWidth\(select\(tokens, tokens, "true"\)\)/,
  ],
  [
    "a constant that stays",
    () => number.add(full(2)),
    "full_2",
    /a constant has no block; write tokens\.map\(\(\) => 2\)/,
  ],
  [
    "a composite selector under an aggregate",
    () => aggregate(select(tokens, tokens, "eq").and(earlier), tokens),
    "aggregate_1",
    /selector_and, which combines selects of different keys or queries/,
  ],
  [
    "a composite selector under a width",
    () => selectorWidth(select(tokens, tokens, "eq").or(earlier).not()),
    "selector_width_1",
    /selector_not, which combines/,
  ],
  ["nothing but tokens", () => tokens, "tokens", /computes nothing; map it first/],
  ["nothing but indices", () => indices, "indices", /computes nothing; map it first/],
  ["no tokens", () => indices.mul(2), "map_1", /the program never reads tokens/],
  [
    "a numerical map to words",
    () => number.map((x) => (x > 1 ? "many" : "one") as unknown as number).numerical(),
    "map_1",
    /it is numerical but can be "one", which is no number/,
  ],
];

test.each(programs)("refuses %s", (_, make, expression, message) => {
  for (const mode of ["compatible", "corrected"] as const) {
    let error: unknown;
    try {
      compile(make(), { vocab: [1, 2, 3], maxSeqLen: 3, mode });
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(RaspError);
    const { code, expression: named, message: text } = error as RaspError;
    expect(code).toBe("unsupported");
    expect(named).toBe(expression);
    expect(text).toContain(`${expression}: `);
    expect(text).toMatch(message);
  }
});

const repaired: [what: string, make: () => SOp][] = [
  ["numerical tokens", () => number.map((x) => x).numerical()],
  [
    "numerical keys",
    () =>
      selectorWidth(
        select(
          fraction.map((x) => x),
          number,
          "leq",
        ),
      ),
  ],
  [
    "categorical aggregate of numerical values",
    () =>
      aggregate(
        earlier,
        fraction.map((x) => x),
      ),
  ],
  ["numerical aggregate of categorical values", () => aggregate(earlier, isOne.map((x) => x).numerical())],
  [
    "numerical aggregate of other numbers",
    () => linearSequenceMap(aggregate(earlier, isOne.numerical()), aggregate(earlier, number.eq(2).numerical()), 1, 2),
  ],
  [
    "numerical sequence map",
    () =>
      number
        .add(indices)
        .map((x) => x)
        .numerical(),
  ],
  [
    "sequence map of a numerical sequence",
    () =>
      sequenceMap(
        (x: number, y: number) => x + y,
        fraction.map((x) => x),
        indices,
      ),
  ],
  [
    "linear sequence map of categorical sequences",
    () => linearSequenceMap(fraction, isOne.map((x) => x).numerical(), 1, 1),
  ],
  ["the length primitive", () => number.add(selectorWidth(everywhere))],
  ["a constant", () => number.add(tokens.map(() => 2))],
];

test.each(repaired)("compiles what the message suggests for %s", (_, make) => {
  expect(compile(make(), { vocab: [1, 2, 3], maxSeqLen: 3 }).config.layers).toBeGreaterThan(0);
});

test("lists every mistake, one a line", () => {
  const wrong = aggregate(earlier, isOne.numerical(), { default: 2 }).categorical();
  const program = linearSequenceMap(fraction, fraction, 1, 1).categorical().add(wrong.eq(1).map(Number));
  expect(() => compile(program, { vocab: [1, 2], maxSeqLen: 2 })).toThrow(
    /linear_sequence_map_\d+: .*\n.*aggregate_\d+: /,
  );
});

test("a program can be checked without compiling it", () => {
  expect(staticIssues(isOne)).toEqual([]);
  expect(staticIssues(linearSequenceMap(fraction, fraction, 1, 1).categorical())).toEqual([
    { expression: "linear_sequence_map_1", message: expect.stringContaining("gives a number") },
  ]);
});

test("a hidden mistake is found behind a good expression of the same name", () => {
  const good = selectorWidth(select(tokens, tokens, "eq").named("same"));
  const program = good.add(selectorWidth(select(indices, fraction as never, "leq").named("same")));
  expect(() => compile(program, { vocab: [1, 2], maxSeqLen: 2 })).toThrow(
    /same_\d+: its queries, frac_prevs_\d+, are numerical/,
  );
});

test("a selector is no program", () => {
  expect(() => compile(everywhere as never, { vocab: [1], maxSeqLen: 2 })).toThrow("wrap it in aggregate(...)");
});

test("an expression that combines too many values is refused before the memory ends", () => {
  let program = number.mul(1);
  for (let i = 0; i < 6; i++)
    program = sequenceMap(
      (x: number, y: number) => x * 37 + y,
      program,
      program.map((x) => x * 1.5),
    );
  expect(() => compile(program, { vocab: [1, 2, 3], maxSeqLen: 3 })).toThrow(
    /sequence_map_\d+: it combines too many values/,
  );
});
