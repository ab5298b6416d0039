import fc, { type Arbitrary } from "fast-check";

/** Values that JSON can hold and that readers tend not to think of. */
export const hostileJson: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null, true, false, 0, 1, -1, 0.5, -0, 1e308, -1e308, 5e-324, 2 ** 31, 2 ** 53, 2 ** 63, 100_000, 1e9,
    "", " ", "0", "NaN", "Infinity", "-Infinity", "null", "__proto__", "constructor", "toString", "\u0000", "\uFEFF", "\uD800", "a->b",
    "A0.0->MLP 0", "Resid Start->Resid End", "x".repeat(300),
    [], {}, [[]], [null], [0], [-1], [1, 2], ["a"], [[1], [2, 3]], { a: 1 }, { length: 5 },
  ), // biome-ignore format: a list to look over
  fc.integer(),
  fc.double(),
  fc.string({ maxLength: 12, unit: "binary" }),
  fc.jsonValue({ maxDepth: 2 }),
);

/** The same and values that only programs have: NaN, undefined, functions, symbols, typed arrays, objects that throw. */
export const hostileValue: Arbitrary<unknown> = fc.oneof(
  hostileJson,
  fc.constantFrom<unknown>(
    undefined, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 10n, Symbol("s"), () => undefined,
    () => {
      throw new Error("called");
    },
    new Date(0), new Map(), new Set([1]), new Float32Array(3), new BigInt64Array(2), new Uint8Array(0), Promise.resolve(1), /x/,
    Object.create(null), new Proxy({}, { get: () => undefined, has: () => true }), new Array(3), class Anything {}, new Error("e"),
    AbortSignal.abort(), new URL("file:///none"),
  ), // biome-ignore format: a list to look over
);
