import { eapIgEdge, edgeNameOfEapIg } from "@autocircuit/circuits";
import { type Circuit, Graph, PruneScores } from "@autocircuit/core";
import { selectByShare, selectExact, selectGreedy, selectTop } from "@autocircuit/discovery";
import { readJson } from "../check-patching.ts";
import type { CaseFolder } from "../find-cases.ts";
import type { Recorder } from "../recorder.ts";

interface SelectionGraph {
  n_layers: number;
  n_heads: number;
  parallel_attn_mlp: boolean;
  edges: [string, number][];
  preferred: string[];
  results: Record<string, { edges?: string[]; score?: number; objective?: number; infeasible?: boolean }>;
}

/** Checks which edges the selections take from given scores. */
export async function checkSelection({ path }: CaseFolder, recorder: Recorder): Promise<void> {
  const { graphs } = readJson(path, "selection.json") as { graphs: Record<string, SelectionGraph> };
  for (const [name, given] of Object.entries(graphs)) {
    const { n_layers: layers, n_heads: heads, parallel_attn_mlp: parallel } = given;
    const graph = Graph.of({ layers, heads, attnOnly: false, parallel });
    const scores = new PruneScores(graph);
    for (const [edge, score] of given.edges) scores.set(edgeNameOfEapIg(edge)!, score);
    recorder.equal(`${name}/edges`, given.edges.length, graph.edgeCount);
    const preferred = given.preferred.map((edge) => edgeNameOfEapIg(edge)!);
    for (const [key, expected] of Object.entries(given.results))
      await recorder.attempt(`${name}/${key}`, async () => {
        const found = await select(scores, key, preferred).catch((error: Error) => error);
        if (expected.infeasible) {
          const refused = found instanceof Error && /No circuit of at most/.test(found.message);
          recorder.record(`${name}/${key}/infeasible`, refused, "a circuit was found, or another error");
          return;
        }
        if (found instanceof Error) throw found;
        recorder.set(`${name}/${key}/edges`, Array.from(found, eapIgEdge), expected.edges!);
        const sum = Array.from(found, (edge) => scores.get(edge)).reduce((a, b) => a + b, 0);
        recorder.scalar(`${name}/${key}/score`, sum, expected.score!);
      });
  }
}

async function select(scores: PruneScores, key: string, preferred: readonly string[]): Promise<Circuit> {
  const parts = key.split("/");
  const size = Number(parts.at(-1));
  const rank = parts[1] === "signed" ? "signed" : "absolute";
  const prune = !parts.includes("unpruned");
  switch (parts[0]) {
    case "topn":
      return selectTop(scores, size, { rank, prune });
    case "greedy":
      return selectGreedy(scores, size, { rank, prune });
    case "preferred":
      return selectTop(scores, size, { rank, preferred });
    case "ratio":
      return selectByShare(scores, size, Number(parts[1]));
    case "ilp":
      return selectExact(scores, size, { rank });
    case "ilp-ratio": {
      // The published rule: a share of the asked size, as far as there are so many.
      const positive = scores.values.reduce((count, score) => count + Number(score > 0), 0);
      return selectExact(scores, size, { leastPositive: Math.min(Math.floor(Number(parts[1]) * size), positive) });
    }
    default:
      throw new Error(`"${parts[0]}" is no selection that is known here.`);
  }
}
