import { expect, it } from "vitest";
import { optionNamed, ownKind, requireAlgorithmOptions } from "./algorithm-options.ts";
import { type AlgorithmName, algorithms } from "./algorithms.ts";
import type { NamedAlgorithm } from "./named-algorithm.ts";

it("every algorithm says itself what its options may be, and takes their defaults", () => {
  for (const [name, { options }] of Object.entries(algorithms as Record<string, NamedAlgorithm>)) {
    for (const spec of options) {
      expect([name, spec.name, ownKind(name, spec.name)]).not.toContain(undefined);
      expect(optionNamed(name as AlgorithmName, spec.name)).toBe(spec);
    }
    const given = options.filter((spec) => spec.default !== undefined).map((spec) => [spec.name, spec.default]);
    requireAlgorithmOptions(name as AlgorithmName, Object.fromEntries(given));
  }
});

it.each([
  [{ tau: 0.1 }, "unknown-name", /^acdc has no option "tau"\. Did you mean taus/],
  [{ target: "kl-dvi" }, "unknown-name", /^target cannot be "kl-dvi"\. Did you mean kl-div/],
  [{ taus: 0.1 }, "bad-input", /^taus must be a list/],
  [{ largestBatch: 0 }, "bad-input", /^largestBatch must be a whole number of at least 1/],
])("refuses %j", (options, code, message) => {
  expect(() => requireAlgorithmOptions("acdc", options)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  );
  expect(() => requireAlgorithmOptions("acdc", options, "there")).toThrow(/^there: /);
});
