import { kind, signature } from "@autocircuit/base";
import { type Circuit, coreKinds, requireSameGraph } from "@autocircuit/core";

const check = signature("compareEdgeSets", { found: kind.iterable, known: kind.iterable, edgeCount: kind.whole });
const checkCircuits = signature("compareCircuits", { found: coreKinds.circuit, known: coreKinds.circuit });

/** How two sets of edges of the same graph overlap. */
export interface EdgeSetComparison {
  /** Edges in both sets. */
  truePositives: number;
  /** Edges found that are not in the true set. */
  falsePositives: number;
  /** Edges of the true set that were not found. */
  falseNegatives: number;
  /** Edges in neither set. */
  trueNegatives: number;
  /** truePositives / found; 1 when nothing was found, because nothing found is wrong. */
  precision: number;
  /** truePositives / true set (the true positive rate); 1 when the true set is empty. */
  recall: number;
  /** falsePositives / edges outside the true set; 0 when there are none. */
  falsePositiveRate: number;
  /** Harmonic mean of precision and recall, `2 shared / (found + true)`; 1 for two empty sets. */
  f1: number;
  /** Size of the intersection over size of the union; 1 for two empty sets. */
  jaccard: number;
}

/**
 * Compares a found set of edges with the known one.
 *
 * @param found edge indices; repetitions count once
 * @param known edge indices of the same graph; repetitions count once
 * @param edgeCount number of edges of the graph
 *
 * @example
 * compareEdgeSets([0, 1, 2], [1, 2, 3], 10).jaccard; // 2 / 4
 */
export function compareEdgeSets(
  found: Iterable<number>,
  known: Iterable<number>,
  edgeCount: number,
): EdgeSetComparison {
  check({ found, known, edgeCount });
  const foundSet = new Set(found);
  const knownSet = new Set(known);
  let shared = 0;
  for (const edge of foundSet) if (knownSet.has(edge)) shared++;
  return countsToComparison(shared, foundSet.size, knownSet.size, edgeCount);
}

/**
 * Compares a found circuit with the published one.
 *
 * @throws AutocircuitError `bad-input` for circuits of different graphs
 *
 * @example
 * compareCircuits(scores.circuit(20), Circuit.of(model.graph, task.knownEdges!)).recall;
 */
export function compareCircuits(found: Circuit, known: Circuit): EdgeSetComparison {
  checkCircuits({ found, known });
  requireSameGraph(found.graph, known.graph, "The circuit found is", "the known one's");
  return compareEdgeSets(found.indices, known.indices, found.graph.edgeCount);
}

/** The comparison that belongs to the sizes of an intersection, of both sets, and of the graph. */
export function countsToComparison(
  shared: number,
  foundSize: number,
  knownSize: number,
  edgeCount: number,
): EdgeSetComparison {
  const falsePositives = foundSize - shared;
  const falseNegatives = knownSize - shared;
  const negatives = edgeCount - knownSize;
  const union = foundSize + knownSize - shared;
  const precision = foundSize === 0 ? 1 : shared / foundSize;
  const recall = knownSize === 0 ? 1 : shared / knownSize;
  return {
    truePositives: shared,
    falsePositives,
    falseNegatives,
    trueNegatives: negatives - falsePositives,
    precision,
    recall,
    falsePositiveRate: negatives === 0 ? 0 : falsePositives / negatives,
    f1: foundSize + knownSize === 0 ? 1 : (2 * shared) / (foundSize + knownSize),
    jaccard: union === 0 ? 1 : shared / union,
  };
}
