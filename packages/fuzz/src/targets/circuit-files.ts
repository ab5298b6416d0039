import {
  circuitOf,
  formatCircuitFile,
  formatEapIgCircuit,
  pruneScoresOf,
  readCircuitFile,
  readEapIgCircuit,
  scoredCircuit,
} from "@autocircuit/circuits";
import { Circuit, Graph, PruneScores } from "@autocircuit/core";
import fc from "fast-check";
import { byteEdits, editText } from "../inputs/edit-bytes.ts";
import { documentEdits, editDocument } from "../inputs/edit-json.ts";
import { target, WrongResult } from "../target.ts";

const graph = Graph.of({ layers: 1, heads: 2, attnOnly: false, parallel: false });
const byToken = Graph.of({ layers: 1, heads: 1, attnOnly: true, parallel: false }, { tokens: 2 });

function example(of: Graph) {
  const values = Float32Array.from({ length: of.edgeCount }, (_, index) => index - 3.5);
  const scores = new PruneScores(of, values);
  return scoredCircuit(scores, Circuit.of(of, [0, 2]));
}

const formats = [
  { read: readCircuitFile, document: JSON.parse(formatCircuitFile(example(graph))) },
  { read: readCircuitFile, document: JSON.parse(formatCircuitFile(example(byToken))) },
  { read: readEapIgCircuit, document: JSON.parse(formatEapIgCircuit(example(graph))) },
];

export default target({
  name: "circuit-files",
  about: "circuits of AutoCircuit and EAP-IG",
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
