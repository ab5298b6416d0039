import { AutocircuitError } from "@autocircuit/base";
import type { ReportEdge, ReportGraph } from "./types.ts";

/** An edge with the places of its ends in `graph.nodes`. */
export interface ResolvedEdge {
  readonly edge: string;
  readonly token: number | null;
  readonly src: number;
  readonly dest: number;
}

/** Identity of an edge within a graph. */
export function edgeKey(edge: ReportEdge): string {
  return edge.token === null ? edge.edge : `${edge.token}|${edge.edge}`;
}

/**
 * Finds both ends of every edge in the graph.
 *
 * @param where Names the list in errors: "circuit", "known circuit".
 * @throws AutocircuitError `unknown-name` for an edge the graph cannot have; `bad-input` for a position that does not
 * fit the graph, and for an edge that occurs twice.
 */
export function resolveEdges(graph: ReportGraph, edges: readonly ReportEdge[], where: string): ResolvedEdge[] {
  const sources = new Map(graph.nodes.sources.map((node, index) => [node.name, index]));
  const destinations = new Map(graph.nodes.destinations.map((node, index) => [node.name, index]));
  const seen = new Set<string>();
  return edges.map((edge) => {
    const ends = splitName(edge.edge, sources, destinations);
    if (ends === null) {
      throw new AutocircuitError(
        "unknown-name",
        `The ${where} has the edge "${edge.edge}", which is not source->destination with a source of graph.nodes.sources (${some(graph.nodes.sources)}) and a destination of graph.nodes.destinations (${some(graph.nodes.destinations)}). Pass the graph that the edges come from.`,
      );
    }
    checkToken(graph, edge, where);
    const key = edgeKey(edge);
    if (seen.has(key)) {
      throw new AutocircuitError("bad-input", `The ${where} has ${describe(edge)} twice. Give every edge once.`);
    }
    seen.add(key);
    return { edge: edge.edge, token: edge.token, ...ends };
  });
}

function splitName(name: string, sources: Map<string, number>, destinations: Map<string, number>) {
  for (let at = name.indexOf("->"); at >= 0; at = name.indexOf("->", at + 1)) {
    const src = sources.get(name.slice(0, at));
    const dest = destinations.get(name.slice(at + 2));
    if (src !== undefined && dest !== undefined) return { src, dest };
  }
  return null;
}

function checkToken(graph: ReportGraph, edge: ReportEdge, where: string): void {
  if (graph.seqLen === null) {
    if (edge.token === null) return;
    throw new AutocircuitError(
      "bad-input",
      `The ${where} has ${describe(edge)}, but the graph is not by token (graph.seqLen is null). Use token null, or the graph by token.`,
    );
  }
  if (edge.token !== null && Number.isInteger(edge.token) && edge.token >= 0 && edge.token < graph.seqLen) return;
  throw new AutocircuitError(
    "bad-input",
    `The ${where} has ${describe(edge)}, but the graph is by token and has positions 0 to ${graph.seqLen - 1}.`,
  );
}

function describe(edge: ReportEdge): string {
  return `"${edge.edge}" at token ${edge.token}`;
}

function some(nodes: readonly { readonly name: string }[]): string {
  const names = nodes.slice(0, 6).map((node) => node.name);
  return nodes.length > 6 ? `${names.join(", ")}, ... ${nodes.length} in all` : names.join(", ");
}
