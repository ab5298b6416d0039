// Can other tools read my circuit, and do I lose anything on the way?
//
// A circuit as EAP-IG and the Mechanistic Interpretability Benchmark have it, and back: names, scores and what is in the circuit.
import { formatEapIgCircuit, pruneScoresOf, readEapIgCircuit, scoredCircuit, tasks } from "@autocircuit/circuits";
import { Circuit } from "@autocircuit/core";
import { edgeAttribution } from "@autocircuit/discovery";

const task = await tasks["tracr-sort"].load();
const { graph } = task.model;
const scores = await edgeAttribution(task.model, task.train);
const circuit = Circuit.of(graph, task.knownEdges);
const text = formatEapIgCircuit(scoredCircuit(scores, circuit), { dModel: task.model.config.dModel });
const { nodes, edges } = JSON.parse(text);
console.log(`${Object.keys(nodes).length} nodes, ${Object.keys(edges).length} edges, as "${Object.keys(edges)[0]}"`);

const back = readEapIgCircuit(text);
const [before, after] = [scores, pruneScoresOf(back)].map(({ values }) => values);
const same = before.every((score, edge) => score === after[edge]);
console.log(`scores of all ${graph.edgeCount} edges are ${same ? "the same to the last bit" : "not the same"}`);
console.log(`${back.inCircuit.filter((yes) => yes === 1).length} edges in the circuit, ${circuit.size} before`);
await task[Symbol.asyncDispose]();

// Prints:
//
//   8 nodes, 46 edges, as "input->a0.h0<q>"
//   scores of all 46 edges are the same to the last bit
//   13 edges in the circuit, 13 before
