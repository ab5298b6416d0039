// Which edges does this model need to sort?
//
// tracr-sort is a transformer compiled from a program that sorts five tokens: three blocks of one head, 46 edges, 13 of which the program uses.
// ACDC takes edges away, from the last to the first, as long as the output hardly moves.
import { tasks } from "@autocircuit/circuits";
import { Circuit, runCircuits } from "@autocircuit/core";
import { acdc } from "@autocircuit/discovery";
import { klDivergence } from "@autocircuit/metrics";

const task = await tasks["tracr-sort"].load();
const { model, train, test, knownEdges } = task;
const scores = await acdc(model, train, { taus: [1e-3] });
// An edge's score is the largest threshold that it survived; those that none removes have an infinite one.
const found = Circuit.where(model.graph, (edge) => scores.values[edge] === Number.POSITIVE_INFINITY);
console.log(`${found.size} of ${model.graph.edgeCount} edges:`);
for (const edge of found) console.log(`  ${edge.name}`);

const known = Circuit.of(model.graph, knownEdges);
console.log(`${[...found].filter((edge) => known.has(edge)).length} of them are among the program's ${known.size}`);
const runs = await runCircuits(model, test, { circuits: [found, Circuit.of(model.graph, [])] });
for (const { size, value } of await klDivergence(model, test, runs))
  console.log(`KL divergence with ${size} edges: ${value.toFixed(3)}`);
runs[Symbol.dispose]();
await task[Symbol.asyncDispose]();

// Prints:
//
//   7 of 46 edges:
//     Resid Start->MLP 0
//     MLP 0->A1.0.Q
//     MLP 0->A1.0.K
//     A1.0->MLP 1
//     MLP 1->A2.0.K
//     Resid Start->A2.0.V
//     A2.0->Resid End
//   7 of them are among the program's 13
//   KL divergence with 7 edges: 0.000
//   KL divergence with 0 edges: 0.177
