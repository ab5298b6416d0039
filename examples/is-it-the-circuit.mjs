// Is this really the circuit?
//
// Five tests of the hypothesis that some edges are the circuit of a behaviour, once for the edges that a
// program uses, once for those that ACDC finds.
import { tasks } from "@autocircuit/circuits";
import { Circuit } from "@autocircuit/core";
import { acdc } from "@autocircuit/discovery";
import { testCircuit } from "@autocircuit/metrics";

const task = await tasks["tracr-sort"].load();
const { model, train, test, knownEdges } = task;
const whole = Circuit.of(model.graph, knownEdges);
const scores = await acdc(model, train, { taus: [1e-3] });
const found = Circuit.where(model.graph, (edge) => scores.values[edge] === Number.POSITIVE_INFINITY);
for (const [name, circuit] of Object.entries({ "the program's edges": whole, "what ACDC finds": found })) {
  const { verdicts, means } = await testCircuit(model, test, circuit, { random: 50, seed: 0 });
  console.log(
    `${name}, ${circuit.size} edges: score ${means.circuit.toFixed(2)} alone, ${means.full.toFixed(2)} of the whole model`,
  );
  for (const { test: which, passed } of verdicts)
    console.log(`  ${which}: ${passed === null ? "cannot be tested" : passed ? "passed" : "not passed"}`);
}
await task[Symbol.asyncDispose]();

// Prints:
//
//   the program's edges, 13 edges: score 0.59 alone, 0.59 of the whole model
//     equivalence: passed
//     independence: not passed
//     minimality: not passed
//     sufficiency: passed
//     partial-necessity: not passed
//   what ACDC finds, 7 edges: score 0.59 alone, 0.59 of the whole model
//     equivalence: passed
//     independence: not passed
//     minimality: passed
//     sufficiency: passed
//     partial-necessity: not passed
