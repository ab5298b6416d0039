import { Graph } from "@autocircuit/core";
import { expect, it } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import { runShape } from "./run-shape.ts";
import { ACDC_UP_TO } from "./starting-algorithms.ts";

const { config } = randomTask().model;
const small = { config, graph: Graph.of(config) };
const large = { config, graph: Graph.of({ ...config, layers: 12, heads: 12, kvHeads: 12 }) };

it("is that of the algorithm that will be chosen", () => {
  expect(small.graph.edgeCount).toBeLessThanOrEqual(ACDC_UP_TO);
  expect(large.graph.edgeCount).toBeGreaterThan(ACDC_UP_TO);
  const acdc = { circuits: 8, sliced: false };
  const attribution = { circuits: 1, sliced: true };
  expect(runShape(small)).toEqual(acdc);
  expect(runShape(large, { algorithm: "acdc" })).toEqual(acdc);
  expect(runShape(large, { size: 20 })).toEqual(attribution);
  expect(runShape(small, { algorithm: "edge-attribution", size: 20 })).toEqual(attribution);
  expect(runShape({ ...large, known: true })).toEqual(attribution);
  // Without a size, answers are kept, of whole batches.
  expect(runShape(large)).toEqual({ circuits: 1, sliced: false });
  expect(runShape(small, { keep: 0.9 })).toEqual({ circuits: 1, sliced: false });
});

it("has as many circuits at once as the algorithm's option says", () => {
  expect(runShape(large, { algorithm: "acdc", options: { largestBatch: 16 } }).circuits).toBe(16);
  const options = { largestBatch: "many" };
  expect(runShape(large, { algorithm: "edge-attribution", size: 9, options }).circuits).toBe(1);
});
