import type { Graph } from "../src/graph/graph.ts";
import { PruneScores } from "../src/scores/prune-scores.ts";
import { caseTensors } from "./conformance.ts";

/** The scores stored module by module under a prefix. */
export async function caseScores(name: string, graph: Graph, prefix: string): Promise<PruneScores> {
  const tensors = await caseTensors(name, "expected.safetensors");
  const modules = graph.groups.flatMap(({ module }) => {
    const stored = tensors.get(`${prefix}/${module}`);
    return stored ? [[module, stored.values] as const] : [];
  });
  return PruneScores.fromModules(graph, Object.fromEntries(modules));
}
