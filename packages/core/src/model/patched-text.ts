import { type Replacement, Tensor } from "@autocircuit/native";
import type { Graph } from "../graph/graph.ts";
import { Circuit } from "../scores/circuit.ts";
import type { Ablate } from "./edge-mask.ts";

/** What a pass patched, for messages, such as `with 2 edges ablated, the first A0.0->MLP 1`; empty where it patched nothing. */
export function patchedText(graph: Graph, edges: Ablate | undefined): string {
  if (edges === undefined) return "";
  if (edges instanceof Tensor) return "with edges patched by a mask";
  const indices = edges instanceof Float32Array ? patchedIn(edges, graph.edgeCount) : numbersOf(graph, edges);
  const [first] = indices;
  if (first === undefined) return "with no edge ablated";
  const count = indices.length === 1 ? "1 edge" : `${indices.length} of ${graph.edgeCount} edges`;
  return `with ${count} ablated, the first ${graph.edge(first)}`;
}

/** The same with the hook points whose values were replaced. */
export function putIn(graph: Graph, edges: Ablate | undefined, replace: readonly Replacement[] = []): string {
  const hooks = [...new Set(replace.map(({ hook }) => hook))];
  const replaced = hooks.length > 0 ? [`with ${hooks.join(", ")} replaced`] : [];
  return [patchedText(graph, edges), ...replaced].filter((text) => text !== "").join(" and ");
}

function numbersOf(graph: Graph, edges: Exclude<Ablate, Tensor | Float32Array>): ArrayLike<number> & Iterable<number> {
  return edges instanceof Circuit ? edges.indices : Circuit.of(graph, edges).indices;
}

/** Edges that any of the masks patches. */
function patchedIn(masks: Float32Array, edgeCount: number): number[] {
  const patched = new Set<number>();
  masks.forEach((value, place) => {
    if (value !== 0) patched.add(place % edgeCount);
  });
  return [...patched].sort((a, b) => a - b);
}
