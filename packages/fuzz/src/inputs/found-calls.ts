import type { LoadedTask, PruneScores } from "@autocircuit/core";
import {
  type FoundCircuit,
  findCircuit,
  measureFound,
  reportGraph,
  reportOf,
  scoredEdges,
} from "@autocircuit/discovery";
import type { PublicCall } from "./public-call.ts";

/** Valid calls of what finds a circuit, measures it and reports it. */
export function foundCalls(task: LoadedTask, scores: PruneScores): Readonly<Record<string, PublicCall>> {
  const found: FoundCircuit = {
    ...{ circuit: scores.circuit(3), scores, rankings: [scores], algorithm: "random", options: {} },
    ...{ ablation: "resample", seconds: 1, notes: [] },
  };
  return {
    findCircuit: {
      takes: { task },
      options: { algorithm: "edge-attribution" },
      call: (t, o) => findCircuit(t.task, o),
    },
    measureFound: { takes: { task, found }, call: (t, o) => measureFound(t.task, t.found, o) },
    scoredEdges: { takes: { circuit: scores.circuit(3), scores }, call: (t) => scoredEdges(t.circuit, t.scores) },
    reportGraph: { takes: { graph: scores.graph, labels: {} }, call: (t) => reportGraph(t.graph, t.labels) },
    reportOf: { takes: { task, found }, call: (t, o) => reportOf(t.task, t.found, o) },
  };
}
