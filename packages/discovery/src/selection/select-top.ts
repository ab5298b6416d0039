import { type KindsOf, kind, signature } from "@autocircuit/base";
import {
  Circuit,
  coreKinds,
  type EdgeRef,
  type PruneScores,
  type Rank,
  rankedEdges,
  rankOfScores,
  ranks,
} from "@autocircuit/core";
import { pruneCircuit } from "../prune-circuit.ts";
import { type CircuitSize, circuitSizeKind, edgesOfSize } from "./circuit-size.ts";

/** Options of the selections. */
export interface SelectionOptions {
  /**
   * What makes an edge important: the size of its score, or the score itself, so that harmful edges come last. Default: what the scores were
   * found with, as `rankOfScores` says.
   */
  readonly rank?: Rank | undefined;
  /** Drop edges that lie on no path from `Resid Start` to `Resid End`, as EAP-IG does. Default true; the circuit is then smaller. */
  readonly prune?: boolean | undefined;
}

/** What {@link SelectionOptions} may be. */
export const selectionOptions = {
  rank: kind.oneOf(ranks),
  prune: kind.flag,
} satisfies KindsOf<SelectionOptions>;

const check = signature(
  "selectTop",
  { scores: coreKinds.pruneScores, size: circuitSizeKind },
  { ...selectionOptions, preferred: coreKinds.edges },
);

/**
 * The circuit of the edges that rank highest (EAP-IG's `apply_topn` and `apply_threshold`). One sort, no run of the model.
 *
 * @param options.preferred edges that come before all others, whatever their score, among each other by rank; such as those another
 *   task's circuit has
 * @throws AutocircuitError `bad-input` for an impossible size or scores that are NaN; `unknown-name` for a preferred edge there is not
 *
 * @example
 * selectTop(scores, 20, { rank: "signed" });
 * selectTop(scores, { share: 0.01 }, { prune: false });
 */
export function selectTop(
  scores: PruneScores,
  size: CircuitSize,
  options: SelectionOptions & { readonly preferred?: Iterable<EdgeRef> | undefined } = {},
): Circuit {
  check({ scores, size }, options);
  const { rank = rankOfScores(scores), prune = true, preferred = [] } = options;
  const ranked = rankedEdges(scores, rank);
  const first = new Set(scores.graph.indices(preferred));
  const order =
    first.size === 0 ? ranked : [...ranked.filter((e) => first.has(e)), ...ranked.filter((e) => !first.has(e))];
  const circuit = Circuit.of(scores.graph, order.slice(0, edgesOfSize(scores, size, rank)));
  return prune ? pruneCircuit(circuit, "resample") : circuit;
}
