import { expect, it } from "vitest";
import { editDistance, nearNames } from "./near-names.ts";

it("edit distance counts inserted, deleted and replaced characters, not case", () => {
  expect(editDistance("A0.3", "A0.3")).toBe(0);
  expect(editDistance("mlp 1", "MLP 1")).toBe(0);
  expect(editDistance("A0.3", "A10.3")).toBe(1);
  expect(editDistance("kitten", "sitting")).toBe(3);
  expect(editDistance("", "abc")).toBe(3);
});

it("near names come nearest first, without repeats", () => {
  expect(nearNames("MLP1", ["A0.0", "MLP 1", "MLP 12", "MLP 1"], 2)).toEqual(["MLP 1", "MLP 12"]);
  expect(nearNames("x", [])).toEqual([]);
});
