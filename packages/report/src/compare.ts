import { AutocircuitError, signature } from "@autocircuit/base";
import { reportKind } from "./report-kind.ts";
import { edgeKey, resolveEdges } from "./resolve-edges.ts";
import type { CircuitReport } from "./types.ts";

/**
 * Where an edge belongs: `found` in both circuits, `missed` only in the known one, `extra` only in the one found;
 * `circuit` where there is no known circuit to compare with. Pictures that tell by sign have `negative` for edges of the circuit whose score is
 * below zero.
 */
export type EdgeStatus = "circuit" | "found" | "missed" | "extra" | "negative";

/** What a comparison tells apart. */
export type ComparedStatus = Exclude<EdgeStatus, "negative">;

/** An edge of either circuit. `src` and `dest` are places in `graph.nodes.sources` and `.destinations`. */
export interface ComparedEdge {
  readonly edge: string;
  readonly token: number | null;
  /** Null for a missed edge: it is not in the circuit that was found. */
  readonly score: number | null;
  /** See {@link ReportScoredEdge.activation}. */
  readonly activation?: number | undefined;
  readonly status: EdgeStatus;
  readonly src: number;
  readonly dest: number;
}

/** The circuit found beside the known one. */
export interface KnownComparison {
  /** Edges of either circuit: largest absolute score first, then network order; missed edges last. */
  readonly edges: readonly ComparedEdge[];
  /** Number of edges of each status. */
  readonly counts: Readonly<Record<ComparedStatus, number>>;
  /** Whether there is a known circuit. */
  readonly compared: boolean;
  /** There is a known circuit, and the circuit found is the same. */
  readonly exact: boolean;
}

const check = signature("compareWithKnown", { report: reportKind });

/**
 * Compares the circuit of a report with the known one.
 *
 * @throws AutocircuitError when edges and graph do not fit together (see `resolveEdges`), when the graph has no
 * nodes, or when there are not as many token labels as positions.
 */
export function compareWithKnown(report: CircuitReport): KnownComparison {
  check({ report });
  checkGraph(report);
  const found = resolveEdges(report.graph, report.circuit, "circuit");
  const known = report.known && resolveEdges(report.graph, report.known.edges, "known circuit");
  const ofKnown = new Set(known?.map(edgeKey));
  const keys = new Set(found.map(edgeKey));
  const edges: ComparedEdge[] = found.map((edge, i) => ({
    ...edge,
    score: report.circuit[i]!.score,
    activation: report.circuit[i]!.activation,
    status: known === undefined ? "circuit" : ofKnown.has(edgeKey(edge)) ? "found" : "extra",
  }));
  for (const edge of known ?? []) {
    if (!keys.has(edgeKey(edge))) edges.push({ ...edge, score: null, status: "missed" });
  }
  edges.sort(byImportance);
  const counts: Record<ComparedStatus, number> = { circuit: 0, found: 0, missed: 0, extra: 0 };
  for (const { status } of edges) if (status !== "negative") counts[status]++;
  const compared = known !== undefined;
  return { edges, counts, compared, exact: compared && counts.missed === 0 && counts.extra === 0 };
}

/** Absolute score as a sortable number: a score that is not a number counts least, a missing one less still. */
export function importance(score: number | null): number {
  if (score === null) return -2;
  return Number.isNaN(score) ? -1 : Math.abs(score);
}

function byImportance(a: ComparedEdge, b: ComparedEdge): number {
  const x = importance(a.score);
  const y = importance(b.score);
  if (x !== y) return y > x ? 1 : -1;
  return (a.token ?? 0) - (b.token ?? 0) || a.src - b.src || a.dest - b.dest;
}

function checkGraph({ graph, tokenLabels }: CircuitReport): void {
  const { sources, destinations } = graph.nodes;
  if (sources.length === 0 || destinations.length === 0) {
    throw new AutocircuitError(
      "bad-input",
      `The report's graph has ${sources.length} sources and ${destinations.length} destinations. Pass graph.sources and graph.destinations of the model's graph as graph.nodes.`,
    );
  }
  if (tokenLabels === undefined || graph.seqLen === null || tokenLabels.length === graph.seqLen) return;
  throw new AutocircuitError(
    "bad-input",
    `The report has ${tokenLabels.length} token labels for ${graph.seqLen} positions. Give one label per position, or none.`,
  );
}
