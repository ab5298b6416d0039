import { expect, it } from "vitest";
import { runShape } from "./run-shape.ts";
import { ACDC_UP_TO } from "./starting-algorithms.ts";

it("is that of the algorithm that will be chosen", () => {
  const acdc = { circuits: 8, sliced: false };
  const attribution = { circuits: 1, sliced: true };
  expect(runShape(ACDC_UP_TO)).toEqual(acdc);
  expect(runShape(1e6, { algorithm: "acdc" })).toEqual(acdc);
  expect(runShape(ACDC_UP_TO + 1, { sized: true })).toEqual(attribution);
  expect(runShape(10, { algorithm: "edge-attribution" })).toEqual(attribution);
  // Without a size, answers are kept, of whole batches.
  expect(runShape(ACDC_UP_TO + 1)).toEqual({ circuits: 1, sliced: false });
  expect(runShape(10, { keep: 0.9 })).toEqual({ circuits: 1, sliced: false });
});

it("has as many circuits at once as the algorithm's option says", () => {
  expect(runShape(1e6, { algorithm: "acdc", options: { largestBatch: 16 } }).circuits).toBe(16);
  expect(runShape(1e6, { algorithm: "edge-attribution", options: { largestBatch: "many" } }).circuits).toBe(1);
});
