// Does the circuit depend on what replaces the edges?
//
// The same transformer, the same method, once with another prompt's values in the place of ablated edges, once with zeros, once with means.
import { tasks } from "@autocircuit/circuits";
import { acdc } from "@autocircuit/discovery";

const task = await tasks["tracr-sort"].load();
const { model, train, knownEdges } = task;
for (const ablation of ["resample", "batch-tokenwise-mean", "zero"]) {
  const scores = await acdc(model, train, { taus: [1e-3], ablation });
  const kept = (edge) => scores.values[edge.index] === Number.POSITIVE_INFINITY;
  const missed = knownEdges.filter((edge) => !kept(edge)).map(({ name }) => name);
  const found = scores.values.filter((score) => score === Number.POSITIVE_INFINITY).length;
  console.log(
    `${ablation}: ${found} edges, ${knownEdges.length - missed.length} of the program's ${knownEdges.length}`,
  );
  if (missed.length > 0) console.log(`  without ${missed.join(", ")}`);
}
await task[Symbol.asyncDispose]();

// Prints:
//
//   resample: 7 edges, 7 of the program's 13
//     without Resid Start->A1.0.Q, Resid Start->A1.0.K, Resid Start->A1.0.V, Resid Start->MLP 1, Resid Start->A2.0.Q, Resid Start->A2.0.K
//   batch-tokenwise-mean: 7 edges, 7 of the program's 13
//     without Resid Start->A1.0.Q, Resid Start->A1.0.K, Resid Start->A1.0.V, Resid Start->MLP 1, Resid Start->A2.0.Q, Resid Start->A2.0.K
//   zero: 12 edges, 12 of the program's 13
//     without Resid Start->A2.0.K
