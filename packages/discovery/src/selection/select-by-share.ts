import { kind, signature } from "@autocircuit/base";
import { Circuit, coreKinds, type PruneScores, rankedEdges } from "@autocircuit/core";
import { pruneCircuit } from "../prune-circuit.ts";
import { type CircuitSize, circuitSizeKind, edgesOfSize } from "./circuit-size.ts";
import type { SelectionOptions } from "./select-top.ts";

const share = kind.such("a number from 0 to 1", (value) => typeof value === "number" && value >= 0 && value <= 1);
const check = signature(
  "selectByShare",
  { scores: coreKinds.pruneScores, size: circuitSizeKind, positive: share },
  { prune: kind.flag },
);

/**
 * The circuit of which a share, rounded down, are the edges of highest signed score, and the rest the largest by absolute value among the
 * others. After Nikankin et al. 2025 (arXiv:2510.25786), whose ratio of positive to negative edges this is.
 *
 * @param positive the share of edges that are taken by their signed score, 0 to 1
 * @throws AutocircuitError `bad-input` for an impossible size or share, or scores that are NaN
 */
export function selectByShare(
  scores: PruneScores,
  size: CircuitSize,
  positive: number,
  options: Pick<SelectionOptions, "prune"> = {},
): Circuit {
  check({ scores, size, positive }, options);
  const count = edgesOfSize(scores, size, "absolute");
  const chosen = new Set(rankedEdges(scores, "signed").subarray(0, Math.floor(positive * count)));
  for (const edge of rankedEdges(scores, "absolute")) {
    if (chosen.size >= count) break;
    chosen.add(edge);
  }
  const circuit = Circuit.of(scores.graph, chosen);
  return (options.prune ?? true) ? pruneCircuit(circuit, "resample") : circuit;
}
