import { expect, it } from "vitest";
import { presets } from "./presets.ts";
import { algorithmOrPreset, requireAlgorithm, requirePreset } from "./require-algorithm.ts";

it("takes names for what they stand for", () => {
  expect(requireAlgorithm("eap")).toBe("edge-attribution");
  expect(requirePreset("ACDC")).toBe(presets.ACDC);
  expect(algorithmOrPreset("ACDC")).toEqual({ ...presets.ACDC, key: "ACDC" });
  expect(algorithmOrPreset("acdc")).toEqual({ key: "acdc", algorithm: "acdc", options: {} });
  expect(algorithmOrPreset("eap").key).toBe("edge-attribution");
});

it.each([
  [requireAlgorithm, "acdb", 'There is no algorithm "acdb". Did you mean acdc'],
  [requireAlgorithm, "constructor", 'There is no algorithm "constructor".'],
  [requirePreset, "toString", 'There is no preset "toString".'],
  [algorithmOrPreset, "Tree Probin", 'There is no algorithm or preset "Tree Probin". Did you mean Tree Probing'],
  [
    algorithmOrPreset,
    "x".repeat(1000),
    `There is no algorithm or preset "${"x".repeat(60)}". There is: acdc, activation-magnitude,`,
  ],
])("refuses a name that stands for nothing", (named, name, says) => {
  expect(() => named(name)).toThrow(
    expect.objectContaining({ code: "unknown-name", message: expect.stringContaining(says) }),
  );
});
