import {
  circuitOf,
  circuitOfScores,
  formatCircuitFile,
  formatEapIgCircuit,
  formatEapIgCsv,
  formatEdgePruningJsonl,
  formatPromptFile,
  mibName,
  mibNameProblem,
  mibSubmission,
  pruneScoresOf,
  readCircuit,
  savedCircuitOf,
  scoredCircuit,
  ungroupedCircuit,
} from "@autocircuit/circuits";
import { Graph, PruneScores, readAutocircuitPrompts, readEapIgCsv, readEdgePruningJsonl } from "@autocircuit/core";
import type { PublicCall } from "./public-call.ts";

const file = { prompts: [{ clean: "a", corrupt: "b", answers: [1], wrong_answers: [2] }] };
const sentences = { prompts: [{ clean: "a", corrupt: "b", answers: [" c"], wrong_answers: [" d"] }] };

const graph = Graph.of({ layers: 1, heads: 1, attnOnly: false, parallel: false });
const scores = new PruneScores(graph, new Float32Array(graph.edgeCount).fill(1));
const circuit = scoredCircuit(scores, scores.circuit(1));
const where = "c.json";
const saved = savedCircuitOf(["Resid Start->MLP 0"], where);

/** A valid call of everything that reads or writes files of prompts and of circuits and has a signature. */
export const exchangeCalls: Readonly<Record<string, PublicCall>> = {
  circuitOf: { takes: { circuit }, call: (t) => circuitOf(t.circuit) },
  circuitOfScores: {
    takes: { scores, where },
    options: { size: 1 },
    call: (t, o) => circuitOfScores(t.scores, t.where, o),
  },
  readCircuit: { takes: { path: "no-such.json" }, call: (t, o) => readCircuit(t.path, o) },
  savedCircuitOf: { takes: { where }, call: (t) => savedCircuitOf([], t.where) },
  "a saved circuit in a graph": { takes: { graph }, call: (t) => saved.circuitIn(t.graph) },
  "a saved circuit with scores": { takes: { graph }, call: (t) => saved.scoredIn(t.graph) },
  formatCircuitFile: { takes: { circuit }, call: (t) => formatCircuitFile(t.circuit) },
  ungroupedCircuit: { takes: { circuit }, call: (t) => ungroupedCircuit(t.circuit) },
  formatEapIgCircuit: { takes: { circuit }, call: (t, o) => formatEapIgCircuit(t.circuit, o) },
  mibName: { takes: { task: "ioi", model: "gpt2" }, call: (t) => mibName(t.task, t.model) },
  mibNameProblem: { takes: { name: "ioi_gpt2" }, call: (t) => mibNameProblem(t.name) },
  mibSubmission: { takes: { scores }, options: { name: "ioi_gpt2" }, call: (t, o) => mibSubmission(t.scores, o) },
  pruneScoresOf: { takes: { circuit }, call: (t) => pruneScoresOf(t.circuit) },
  scoredCircuit: {
    takes: { scores, circuit: scores.circuit(1), name: "a" },
    call: (t) => scoredCircuit(t.scores, t.circuit, t.name),
  },
  formatEapIgCsv: { takes: { file }, call: (t, o) => formatEapIgCsv(t.file, o) },
  formatEdgePruningJsonl: { takes: { file: sentences }, call: (t) => formatEdgePruningJsonl(t.file) },
  formatPromptFile: { takes: { file }, call: (t) => formatPromptFile(t.file) },
  readAutocircuitPrompts: {
    takes: { text: JSON.stringify(file), where: "p.json" },
    call: (t) => readAutocircuitPrompts(t.text, t.where),
  },
  readEapIgCsv: {
    takes: { text: "clean,corrupted,label\na b,c d,11\n", where: "p.csv" },
    call: (t) => readEapIgCsv(t.text, t.where),
  },
  readEdgePruningJsonl: {
    takes: { text: '{"text": "a b", "corr_text": "a c"}', where: "p.jsonl" },
    call: (t) => readEdgePruningJsonl(t.text, t.where),
  },
};
