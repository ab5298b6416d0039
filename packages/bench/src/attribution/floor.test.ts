import { expect, it } from "vitest";
import { FULL } from "../engine/specs.ts";
import { leastWork } from "../growth/floor.ts";
import { floorOfPasses } from "./floor.ts";
import { attributionRuns } from "./methods.ts";

const spec = FULL.forward;

it("the floor of a forward is 1, of edge attribution what the growth suite says, and of more passes more", () => {
  expect(floorOfPasses(spec, { forwards: 1, backwards: 0, contractions: 0 })).toBe(1);
  const plain = leastWork(spec, "plain", 0).flop;
  const whole = floorOfPasses(spec, { forwards: 2, backwards: 1, contractions: 1 });
  expect(whole).toBeCloseTo(leastWork(spec, "edge-attribution", 0).flop / plain, 9);
  const floors = new Map(attributionRuns(spec.layers).map(({ name, floor }) => [name, floorOfPasses(spec, floor)]));
  expect(floors.get("edge-attribution")).toBe(floors.get("relp"));
  expect(floors.get("eap-ig-inputs, 5 steps")).toBeGreaterThan(4 * floors.get("edge-attribution")! - 5);
  expect(floors.get("eap-ig-activations, 5 steps")).toBeGreaterThan(200);
});
