// What happens if I cut the published circuit?
//
// tracr-reverse turns five tokens round; its published circuit has two edges of 77. Cut it (only these edges are ablated), and leave it alone (all
// others are ablated): how often is the output still right? The same for two random edges.
import { tasks } from "@autocircuit/circuits";
import { Circuit, runCircuits } from "@autocircuit/core";
import { random } from "@autocircuit/discovery";
import { correctPercent } from "@autocircuit/metrics";

const task = await tasks["tracr-reverse"].load();
const { model, test, train, knownEdges } = task;
const published = Circuit.of(model.graph, knownEdges);
const drawn = (await random(model, train, { seed: 1 })).circuit(published.size);
console.log([...published].map(({ name }) => name).join(", "));

// "edge" runs the corrupt prompts with the circuit's edges from the clean ones: the same cut, seen from the other side.
const plans = { "cut (the rest is left)": "edge", "alone (the rest is cut)": "tree" };
for (const [name, circuit] of Object.entries({ published, random: drawn })) {
  for (const [what, patch] of Object.entries(plans)) {
    const rest = Circuit.where(model.graph, (edge) => !circuit.has(edge));
    const circuits = [patch === "tree" ? circuit : rest];
    const runs = await runCircuits(model, test, { circuits, patch: "tree" });
    const [{ value }] = await correctPercent(model, test, runs);
    console.log(`${name} circuit ${what}: ${value.toFixed(0)} % of the outputs are right`);
    runs[Symbol.dispose]();
  }
}
await task[Symbol.asyncDispose]();

// Prints:
//
//   Resid Start->A3.0.V, A3.0->Resid End
//   published circuit cut (the rest is left): 31 % of the outputs are right
//   published circuit alone (the rest is cut): 100 % of the outputs are right
//   random circuit cut (the rest is left): 100 % of the outputs are right
//   random circuit alone (the rest is cut): 31 % of the outputs are right
