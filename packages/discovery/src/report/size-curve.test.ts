import { LoadedTask } from "@autocircuit/core";
import { CircuitMeter } from "@autocircuit/metrics";
import { expect, it } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import { findCircuit } from "../find-circuit/find-circuit.ts";
import { MeasuringTime } from "./measuring-time.ts";
import { measureSizes } from "./size-curve.ts";

const { model, prompts } = randomTask({ promptCount: 12, batchSize: 4, seed: 9 });
const definition = { key: "random", name: "random", batchSize: 4, batchCount: 3, model, prompts: { prompts: [] } };
const parts = { model, train: prompts, test: prompts, knownEdges: null, sharedPrefix: null };
const task = new LoadedTask(definition, parts, () => undefined);

it("has one number for the circuit found: that of the report, apart from a line that is of fewer prompts", async () => {
  const found = await findCircuit(task, { algorithm: "edge-attribution", size: 7 });
  using meter = new CircuitMeter(model, prompts, { together: 4 });
  const measured = await meter.measure(found.circuit, "resample");
  const ofCurve = { task, found, rank: "absolute", known: undefined, ablation: "resample", measured } as const;
  const how = { meter, metric: "KL", onProgress: () => undefined };
  const all = await measureSizes({ ...ofCurve, ...how, time: new MeasuringTime("full", 1) });
  const lines = (points: readonly { series: string }[]) => new Set(points.map(({ series }) => series));
  expect(lines(all.curve!.points)).toEqual(new Set(["edge-attribution"]));

  const short = Object.assign(new MeasuringTime("quick", 1), { share: () => ({ seconds: 1e-9 }) });
  const { curve, notes } = await measureSizes({ ...ofCurve, ...how, time: short });
  const ofSeven = (points: readonly { size: number }[]) => points.filter(({ size }) => size === 7);
  expect(ofSeven(curve!.points)).toEqual([
    { size: 7, value: measured.divergence, series: "circuit found, on 12 of 12 prompts" },
  ]);
  expect(ofSeven(all.curve!.points)).toMatchObject([{ value: measured.divergence }]);
  const others = curve!.points.filter(({ size }) => size !== 7);
  expect([others.length > 0, lines(others)]).toEqual([true, new Set(["edge-attribution, on 4 of 12 prompts"])]);
  expect(notes[0]).toContain("measured on the first 4 of 12 prompts");
});
