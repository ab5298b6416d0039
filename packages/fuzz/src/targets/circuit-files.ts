import {
  circuitOf,
  formatCircuitFile,
  formatEapIgCircuit,
  parsePythonJson,
  pruneScoresOf,
  type ReadCircuitOptions,
  readCircuitFile,
  readEapIgCircuit,
  type ScoredCircuit,
  savedCircuitOf,
  scoredCircuit,
} from "@autocircuit/circuits";
import { Circuit, Graph, PruneScores } from "@autocircuit/core";
import fc from "fast-check";
import { byteEdits, editText } from "../inputs/edit-bytes.ts";
import { documentEdits, editDocument } from "../inputs/edit-json.ts";
import { target, WrongResult } from "../target.ts";

const graph = Graph.of({ layers: 1, heads: 2, attnOnly: false, parallel: false });
const byToken = Graph.of({ layers: 1, heads: 1, attnOnly: true, parallel: false }, { seqLen: 2 });

function example(of: Graph) {
  const values = Float32Array.from({ length: of.edgeCount }, (_, index) => index - 3.5);
  const scores = new PruneScores(of, values);
  return scoredCircuit(scores, Circuit.of(of, [0, 2]));
}

/** What `discover --json` writes, read as any saved circuit is. */
function readSaved(text: string, where: string, { graph: model }: ReadCircuitOptions): ScoredCircuit {
  return savedCircuitOf(parsePythonJson(text, where), where).scoredIn(model);
}

const discovered = {
  ...{ task: "t", algorithm: "acdc", options: { ablation: "resample", seed: 0 }, edgeCount: graph.edgeCount },
  ...{ graph: { factorized: true, separateQkv: true, ungrouped: false }, latents: null },
  circuit: [
    { edge: "Resid Start->A0.1.Q", token: null, score: 2 },
    { edge: "A0.1->MLP 0", token: null, score: "Infinity" },
  ],
};

const formats = [
  { read: readSaved, document: discovered },
  { read: readSaved, document: ["Resid Start->A0.1.Q", ["A0.1->MLP 0", null], { edge: "MLP 0->Resid End" }] },
  { read: readCircuitFile, document: JSON.parse(formatCircuitFile(example(graph))) },
  { read: readCircuitFile, document: JSON.parse(formatCircuitFile(example(byToken))) },
  { read: readEapIgCircuit, document: JSON.parse(formatEapIgCircuit(example(graph))) },
];

export default target({
  name: "circuit-files",
  about: "circuits of AutoCircuit and EAP-IG, and what discoveries write",
  input: fc.record({
    document: documentEdits(formats.length, ["edges", "in_graph", "score"]),
    bytes: byteEdits,
    given: fc.boolean(),
  }),
  run: ({ document, bytes, given }) => {
    const { read, document: base } = formats[document.base]!;
    const text = editText(JSON.stringify(editDocument(base, document.edits)) ?? "", bytes);
    const circuit = read(text, "circuit.json", given ? { graph } : {});
    const again = readCircuitFile(formatCircuitFile(circuit), "again.json");
    if (circuitOf(again).size !== circuitOf(circuit).size)
      throw new WrongResult("written and read again, it is another circuit");
    pruneScoresOf(circuit);
  },
});
