import { describe, expect, it } from "vitest";
import { AutocircuitError } from "../errors.ts";
import { describeValue } from "./describe-value.ts";
import * as kind from "./kinds.ts";
import { signature, signatures } from "./signature.ts";

it("a shape is an object whose entries are of kinds, whatever else it has", () => {
  const pot = kind.shape("a pot", { litres: kind.numeric, lid: kind.optional(kind.flag) });
  for (const value of [{ litres: 2 }, { litres: Number.NaN, lid: true, dish: "soup" }])
    expect(pot.accepts(value)).toBe(true);
  for (const value of [{}, { litres: "2" }, { litres: 2, lid: 1 }, [2], null, undefined, 5])
    expect(pot.accepts(value)).toBe(false);
});

const check = signature(
  "cook",
  { dish: kind.text, guests: kind.optional(kind.count) },
  {
    heat: kind.oneOf(["low", "medium", "high"]),
    minutes: kind.positive,
    herbs: kind.listOf(kind.text),
    salt: kind.flag,
    oven: kind.required(kind.orNull(kind.whole)),
    signal: kind.signal,
  },
);
const given = { oven: null };

function failure(run: () => void): AutocircuitError {
  try {
    run();
  } catch (error) {
    if (error instanceof AutocircuitError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("signature", () => {
  it("takes what fits, and options that are undefined", () => {
    check({ dish: "soup", guests: undefined }, { ...given, herbs: [], heat: "low", minutes: undefined });
    check({ dish: "soup", guests: 4 }, { oven: 180, salt: false, signal: new AbortController().signal });
  });

  it.each([
    [{ heat: "hihg" }, "unknown-name", /cook: `heat` must be one of low, medium, high, .*"hihg".*Did you mean high\?/],
    [{ herbz: [] }, "unknown-name", /cook has no option `herbz`\. Did you mean herbs\?/],
    [{ constructor: 1 }, "unknown-name", /no option `constructor`\. There are: heat/],
    [{ herbs: 5 }, "bad-input", /`herbs` must be a list, each entry a text, but it is 5/],
    [{ herbs: ["dill", undefined, "sage"] }, "bad-input", /`herbs`.*\["dill", undefined, "sage"\]/],
    [{ minutes: Number.NaN }, "bad-input", /`minutes` must be a finite number above 0, but it is NaN/],
    [{ salt: "yes" }, "bad-input", /`salt` must be true or false/],
    [{ oven: undefined }, "bad-input", /`oven`.*left out/],
    [{ signal: {} }, "bad-input", /`signal` must be an AbortSignal/],
  ])("refuses %j", (wrong, code, message) => {
    const error = failure(() => check({ dish: "soup", guests: 2 }, { ...given, ...wrong }));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it.each([5, null, "x", [1]])("refuses %j for options", (options) => {
    expect(failure(() => check({ dish: "soup", guests: 2 }, options)).message).toMatch(/cook: `options` must be/);
  });

  it("says that there are no options where there is none", () => {
    const plain = signature("boil", { dish: kind.text }, {});
    expect(failure(() => plain({ dish: "soup" }, { heat: 1 })).message).toMatch(
      /^boil has no option `heat`\. It has none\.$/,
    );
  });

  it("names arguments, missing ones too", () => {
    expect(failure(() => check({ dish: undefined, guests: 1 }, given)).message).toMatch(/`dish`.*left out/);
    expect(failure(() => check({ dish: "soup", guests: 0 }, given)).message).toMatch(/`guests` must be a whole number/);
    expect(failure(() => check({ dish: "soup", guests: 1 })).message).toMatch(/`options`.*left out/);
  });

  it("is known by the function's name", () => {
    expect(Object.keys(signatures().get("cook")!.options!)).toContain("herbs");
  });
});

it.each([
  [undefined, "left out"],
  ["x".repeat(50), /^the text "x{39}…"$/],
  [10n, "the BigInt 10n"],
  [Symbol("s"), "a symbol"],
  [() => 1, "a function"],
  [new Date(0), "a Date"],
  [Object.create(null), "an object"],
  [[[1], [2]], "a list of 2"],
  [
    new Proxy(
      {},
      {
        getPrototypeOf: () => {
          throw new Error("no");
        },
      },
    ),
    "an object",
  ],
])("describes any value", (value, words) => {
  expect(describeValue(value)).toMatch(words);
});
