import { expect, it } from "vitest";
import { tinyGpt2 } from "../../test/tiny-gpt2.ts";
import { tasks } from "../tasks/registry.ts";
import { circuitsInGraph } from "./circuits-in-graph.ts";

const reverse = tasks["tracr-reverse"]!;

it("has every known circuit of a task, the one to compare with first", async () => {
  await using loaded = await reverse.load();
  const known = circuitsInGraph(reverse, loaded);
  expect(known.map(({ name }) => name)).toEqual(["autocircuit", "acdc", "compiler"]);
  expect([...known[0]!.circuit].map(String)).toEqual(loaded.knownEdges!.map(String));
  for (const { name, origin } of known) expect(origin).toBe(reverse.circuits[name]!.origin);
  const names = (options: object) => circuitsInGraph(reverse, loaded, options).map(({ name }) => name);
  expect(names({ ablation: "zero" })).toEqual(["acdc", "autocircuit", "compiler"]);
  expect(names({ ablation: "zero", knownCircuit: "compiler" })).toEqual(["compiler", "autocircuit", "acdc"]);
  expect(() => names({ knownCircuit: "acd" })).toThrow(/Did you mean acdc/);
});

it("has them by token at the positions of the prompts", async () => {
  await using loaded = await reverse.load({ byToken: true });
  const [first] = circuitsInGraph(reverse, loaded);
  expect([...first!.circuit].map(String)).toEqual(loaded.knownEdges!.map(String));
  expect(first!.circuit.size).toBe(8);
});

it("has none on a model of another shape", async () => {
  using model = await tinyGpt2({ layers: 2 });
  const ioi = tasks["ioi-component"]!;
  await using loaded = await ioi.load({ model: model.folder });
  expect(circuitsInGraph(ioi, loaded)).toEqual([]);
});
