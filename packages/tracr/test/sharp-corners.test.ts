import { describe, expect, test } from "vitest";
import {
  aggregate,
  apply,
  type CompileOptions,
  compile,
  evaluate,
  forward,
  indices,
  makeFracPrevs,
  makeHist,
  makeLength,
  makeShiftBy,
  makeSortUnique,
  type SOp,
  select,
  sequenceMap,
  tokens,
  tokensOf,
} from "../src/index.ts";

const number = tokensOf<number>();
const letters = (n: number) => Array.from({ length: n }, (_, i) => String.fromCharCode(97 + i));

/** What the model gives in either mode. */
function both(program: SOp, options: CompileOptions, input: readonly (string | number)[]) {
  const run = (mode: "compatible" | "corrected") => apply(compile(program, { ...options, mode }), input);
  return { compatible: run("compatible"), corrected: run("corrected"), expected: evaluate(program, input) };
}

describe("what tracr gets wrong, reproduced and corrected", () => {
  test.each([
    [50, 0.99902],
    [100, 0.9929],
    [400, 0.9122],
  ])("heads for %i tokens soften every softmax", (size, softened) => {
    const top = (mode: "compatible" | "corrected") => {
      const vocab = Array.from({ length: size }, (_, i) => i);
      const model = compile(makeSortUnique(tokens, tokens), { vocab, maxSeqLen: 4, mode });
      return Math.max(...forward(model, model.input.encode([9, 3, 30])).logits.subarray(size));
    };
    expect(top("compatible")).toBeCloseTo(softened, 4);
    expect(top("corrected")).toBeCloseTo(1, 12);
  });

  test("two selector widths in one layer corrupt BOS", () => {
    // Nothing has frequency 0, so the default 0 is due. A broken BOS position no longer catches the attention.
    const never = select(makeHist(), makeLength(), (key) => key === 0);
    const program = aggregate(never, tokens.map(() => 1).numerical());
    const { compatible, corrected, expected } = both(program, { vocab: ["a", "b"], maxSeqLen: 3 }, ["a", "b", "a"]);
    expect(expected).toEqual([0, 0, 0]);
    expect(compatible[0]).toBeCloseTo(1, 6);
    expect(Math.max(...corrected.map(Number))).toBeLessThan(1e-12);
  });

  test("numerical maps write at BOS, where a default should be", () => {
    const low = makeFracPrevs(number.eq(1)).map((x) => x < 0.5);
    const program = aggregate(
      select(indices, indices, (key, query) => key === query + 1),
      low,
    );
    const model = (mode: "compatible" | "corrected") => compile(program, { vocab: [1, 2], maxSeqLen: 3, mode });
    const last = (mode: "compatible" | "corrected") => [
      ...forward(model(mode), model(mode).input.encode([2, 2])).logits.slice(-2),
    ];
    expect(evaluate(program, [2, 2])).toEqual([true, null]);
    expect(last("compatible")[1]).toBeCloseTo(1, 6);
    expect(Math.max(...last("corrected").map(Math.abs))).toBeLessThan(1e-12);
  });

  test("values wider than queries and keys do not fit", () => {
    const program = makeShiftBy(1, tokens);
    const options = { vocab: letters(16), maxSeqLen: 3 };
    expect(() => compile(program, options)).toThrow(
      /shift_by\(1\)_1: it moves 16 values, but heads are 5 wide.*"corrected"/,
    );
    const model = compile(program, { ...options, mode: "corrected" });
    expect(apply(model, ["p", "a", "c"]).slice(1)).toEqual(["p", "a"]);
    // Equality fits, with the plain size.
    expect(compile(program, { vocab: letters(5), maxSeqLen: 3 }).config.dHead).toBe(5);
  });

  test("functions that fail on some value", () => {
    const program = number.rdiv(1);
    const options = { vocab: [0, 1, 2], maxSeqLen: 3 };
    expect(() => compile(program, options)).toThrow(/map_1: its function gives Infinity for 0; return null there/);
    const model = compile(program, { ...options, mode: "corrected" });
    expect(evaluate(program, [2, 0, 1])).toEqual([0.5, null, 1]);
    expect(apply(model, [2, 0, 1])).toEqual([0.5, expect.anything(), 1]);
    const pairs = number.div(indices);
    expect(() => compile(pairs, options)).toThrow(/sequence_map_1: its function gives NaN for \[0,0\]/);
    expect(apply(compile(pairs, { ...options, mode: "corrected" }), [2, 2, 1]).slice(1)).toEqual([2, 0.5]);
  });

  test("means that tracr does not list", () => {
    const program = makeFracPrevs(tokens.eq("a"))
      .map((x) => x)
      .numerical();
    const { compatible, corrected, expected } = both(program, { vocab: ["a", "b"], maxSeqLen: 5 }, [..."babab"]);
    expect(expected[4]).toBe(0.4);
    expect(compatible[4]).toBeCloseTo(1 / 3, 4);
    expect(corrected[4]).toBeCloseTo(0.4, 9);
  });

  test("fractions are no zeros and ones", () => {
    const halves = number.map((x) => x / 2).numerical();
    const program = aggregate(select(indices, indices, "leq"), halves);
    expect(compile(program, { vocab: [1, 2, 3], maxSeqLen: 2 }).config.layers).toBe(2);
    expect(() => compile(program, { vocab: [1, 2, 3], maxSeqLen: 2, mode: "corrected" })).toThrow(
      /values include 0\.5, 1\.5/,
    );
  });

  test("negative numbers of a categorical map", () => {
    const program = number.sub(2).numerical();
    const { compatible, corrected } = both(program, { vocab: [0, 1, 3], maxSeqLen: 3 }, [0, 1, 3]);
    expect(compatible).toEqual([0, 0, 1]);
    expect(corrected).toEqual([-2, -1, 1]);
  });

  test("widths of 10 and more, and numerical ones from 7", () => {
    const input = letters(10);
    const options = { vocab: input, maxSeqLen: 12 };
    const categorical = both(makeLength(), options, input);
    expect(categorical.compatible[0]).toBe(9);
    expect(categorical.corrected[0]).toBe(10);
    const numerical = both(makeLength().numerical(), options, input.slice(0, 7));
    expect(numerical.compatible[0]).toBeCloseTo(6.893, 3);
    expect(numerical.corrected[0]).toBeCloseTo(7, 9);
    expect(apply(compile(makeLength(), { ...options, mlpExactness: 10_000 }), input)[0]).toBe(10);
    const long = compile(makeLength(), { vocab: ["a"], maxSeqLen: 40, mode: "corrected" });
    expect(apply(long, Array(40).fill("a"))).toEqual(Array(40).fill(40));
  });

  test("padding counts as a token", () => {
    const program = makeFracPrevs(tokens.eq("a"));
    const run = (mode: "compatible" | "corrected") => {
      const model = compile(program, { vocab: ["a", "b"], maxSeqLen: 4, mode });
      const { bos, pad, id } = model.input;
      return forward(model, [bos, pad, id("a"), pad, id("a")]).logits.at(-1);
    };
    expect(run("compatible")).toBeCloseTo(0.5, 6);
    expect(run("corrected")).toBeCloseTo(1, 9);
  });
});

describe("what holds in both modes", () => {
  test("causal changes the config and no weight", () => {
    const options = { vocab: ["a", "b"], maxSeqLen: 4 };
    const plain = compile(makeHist(), options);
    const causal = compile(makeHist(), { ...options, causal: true });
    expect(causal.weights).toEqual(plain.weights);
    expect([plain.config.causal, causal.config.causal]).toEqual([false, true]);
    expect(apply(causal, ["a", "a", "b"])).toEqual([1, 2, 1]);
  });

  test("numbers sort by size, words by code, and a mixed pair by its print", () => {
    const model = compile(
      tokens.map((x) => x),
      { vocab: ["a", 10, "Z", 2, 1], maxSeqLen: 2, bos: "BOS" },
    );
    expect(model.input.tokens).toEqual([1, 2, 10, "BOS", "Z", "a", "compiler_pad"]);
  });

  test("labels do not depend on what was compiled before", () => {
    const options = { vocab: ["a", "b"], maxSeqLen: 3 };
    const first = compile(makeFracPrevs(tokens.eq("a")), options);
    compile(makeHist(), options);
    expect(compile(makeFracPrevs(tokens.eq("a")), options).residualLabels).toEqual(first.residualLabels);
  });

  test("expressions of one name stay apart, and number 10 sorts before number 2", () => {
    const parts = Array.from({ length: 11 }, (_, i) => number.add(i));
    const program = parts
      .slice(1)
      .reduce((sum, part) => sequenceMap((x: number, y: number) => (x + y) % 3, sum, part), parts[0]!);
    const model = compile(program, { vocab: [0, 1], maxSeqLen: 2 });
    const maps = [
      ...new Set(model.residualLabels.filter((label) => label.startsWith("map_")).map((label) => label.split(":")[0])),
    ];
    expect(maps).toHaveLength(11);
    expect(maps).toEqual([...maps].sort());
    expect(apply(model, [1, 0])).toEqual(evaluate(program, [1, 0]));
  });

  test("true and 1 are one value", () => {
    const program = sequenceMap((x: number, y: number) => (y === 0 ? x === 1 : x), number, indices);
    const model = compile(program, { vocab: [0, 1], maxSeqLen: 3 });
    expect(model.config.dVocabOut).toBe(2);
    expect(apply(model, [1, 1, 0]).map(Number)).toEqual([1, 1, 0]);
  });

  test("predicates may give any truth value", () => {
    const truthy = select(number, number, ((key: number) => key) as unknown as () => boolean);
    const { weights } = compile(aggregate(truthy, number.eq(2).numerical()), { vocab: [0, 2], maxSeqLen: 2 });
    expect(Math.max(...weights["blocks.1.attn.W_Q"]!.data)).toBe(100);
  });

  test("a 20-level deep program of shared expressions is no million of them", () => {
    let program = number.add(1);
    for (let i = 0; i < 20; i++) program = sequenceMap((x: number, y: number) => (x + y) % 5, program, program);
    const model = compile(program, { vocab: [0, 1, 2], maxSeqLen: 3 });
    expect(model.config.layers).toBe(21);
    expect(apply(model, [0, 1, 2])).toEqual(evaluate(program, [0, 1, 2]));
  });
});
