// At which position does an edge matter?
//
// By token every edge is there once for each position. tracr-reverse turns five tokens round, after
// one that starts the text. Each edge is cut at each position, and those that change the output are printed.
import { tasks } from "@autocircuit/circuits";
import { exact } from "@autocircuit/discovery";

const task = await tasks["tracr-reverse"].load({ byToken: true });
const { graph } = task.model;
console.log(`${graph.edgeCount} edges at ${graph.seqLen} positions`);
const scores = await exact(task.model, task.train, { loss: "kl-div" });
const byEdge = new Map();
for (const edge of scores.circuit(graph.edgeCount)) {
  if (Math.abs(scores.values[edge.index]) < 1e-3) continue;
  byEdge.set(edge.name, [...(byEdge.get(edge.name) ?? []), edge.token]);
}
for (const [name, positions] of byEdge) console.log(`${name}: ${positions.toSorted().join(", ")}`);
await task[Symbol.asyncDispose]();

// Prints:
//
//   462 edges at 6 positions
//   Resid Start->A3.0.V: 1, 2, 3, 4, 5
//   A3.0->Resid End: 1, 2, 3, 4, 5
