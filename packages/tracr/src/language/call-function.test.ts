import { describe, expect, it } from "vitest";
import { compile } from "../compile/compile.ts";
import { evaluate } from "../evaluate/evaluate.ts";
import { safetensorsBytes } from "../save/safetensors.ts";
import type { Value } from "../values/value.ts";
import { aggregate, indices, linearSequenceMap, select, selectorWidth, sequenceMap, tokens } from "./primitives.ts";
import type { SOp } from "./sop.ts";

const options = { vocab: ["a", "b"], maxSeqLen: 3 };
const boom = (): never => {
  throw new Error("boom");
};
/** A function that TypeScript would refuse. */
const untyped = (f: (...args: never[]) => unknown) => f as never;
const width = () =>
  selectorWidth(select(tokens, tokens, "eq"))
    .map((x) => x)
    .numerical();

describe("a function that somebody wrote", () => {
  it.each<[string, SOp, RegExp]>([
    ["throws", tokens.map(boom).named("mine"), /^mine\w*: its function failed for "a": Error: boom$/],
    [
      "throws nothing",
      tokens
        .map(
          untyped(() => {
            throw undefined;
          }),
        )
        .named("mine"),
      /failed for "a": undefined/,
    ],
    [
      "returns nothing",
      tokens.map(untyped(() => undefined)).named("mine"),
      /^mine.*gives nothing \(undefined\) for "a"; return/,
    ],
    ["returns an object", tokens.map(untyped(() => ({ a: 1 }))).named("mine"), /^mine.*gives {"a":1} for "a"/],
    ["returns a big integer", tokens.map(untyped(() => 1n)).named("mine"), /^mine.*gives a bigint for "a"/],
    [
      "returns a list with nothing in it",
      tokens.map(untyped(() => [1, undefined])).named("mine"),
      /^mine.*gives \[1,null\]/,
    ],
    [
      "of two values throws",
      sequenceMap(boom, tokens, indices).named("two"),
      /^two.*failed for "a" and 0: Error: boom/,
    ],
    [
      "after another returns nothing",
      tokens
        .map(untyped(() => undefined))
        .map((x: Value) => x)
        .named("last"),
      /^last.*gives nothing/,
    ],
    ["of a number throws", width().map(boom).named("steps"), /^steps.*its function failed for \d: Error: boom/],
    [
      "of a selector throws",
      selectorWidth(select(tokens, tokens, boom).named("chosen")),
      /^chosen.*its predicate failed for "a" and "a": Error: boom/,
    ],
    [
      "of a selector returns nothing",
      aggregate(
        select(
          indices,
          indices,
          untyped(() => undefined),
        ).named("chosen"),
        tokens,
      ),
      /^chosen.*its predicate gives nothing \(undefined\) for 0 and 0; return true or false/,
    ],
  ])("that %s is named, compiled and evaluated", (_what, program, message) => {
    // The label has a number behind the name when compiled.
    const both = new RegExp(message.source.replace(/^\^(\w+)/, "^$1(_\\d+)?"));
    for (const run of [() => compile(program, options), () => evaluate(program, ["a", "b"])]) {
      expect(run).toThrow(expect.objectContaining({ name: "RaspError", message: expect.stringMatching(both) }));
    }
  });

  it("is called with its values alone", () => {
    const seen: unknown[][] = [];
    const program = tokens.map(untyped((...args: unknown[]) => `${seen.push(args)}`));
    compile(program, options);
    evaluate(program, ["a"]);
    expect(seen.every((args) => args.length === 1)).toBe(true);
  });

  it("may give NaN in a tuple where it has no value", () => {
    const program = tokens.map<Value>((token) => (token === "a" ? [Number.NaN] : [1]));
    expect(evaluate(program, ["a", "b"])).toEqual([null, [1]]);
  });
});

describe("numbers that no weight can hold", () => {
  it("as factors are refused where they are written", () => {
    for (const factor of [Number.NaN, Number.POSITIVE_INFINITY, undefined as never]) {
      expect(() => linearSequenceMap(width(), width(), factor, 2)).toThrow(
        /fstFactor is .*; it must be a finite number/,
      );
      expect(() => linearSequenceMap(width(), width(), 2, factor)).toThrow(/sndFactor is/);
    }
  });

  it("as products and in files are refused by name", () => {
    const largest = linearSequenceMap(width(), width(), 1e308, 2).add(1).named("sum");
    for (const mode of ["compatible", "corrected"] as const)
      expect(() => compile(largest, { vocab: [0, 1], maxSeqLen: 2, mode })).toThrow(
        /^sum\w*: it reads numbers as large as .*; scale them down/,
      );
    const large = compile(tokens.map(() => 1e300).numerical(), { ...options, mode: "corrected" });
    expect(() => safetensorsBytes(large.weights)).toThrow(/holds 1e\+300, which float32 cannot hold/);
    expect(safetensorsBytes(large.weights, "F64").length).toBeGreaterThan(0);
  });

  it("a model without end is refused before it is made", () => {
    const program = tokens.map((x) => x);
    expect(() => compile(program, { ...options, maxSeqLen: 1e9 })).toThrow(/at most 20000 of either/);
    const wide = selectorWidth(select(indices, indices, "true")).map((x) => x);
    expect(() => compile(aggregate(select(tokens, tokens, "eq"), wide), { ...options, maxSeqLen: 20_000 })).toThrow(
      /a matrix of \d+ x \d+ numbers, at most/,
    );
  });
});
