import { kind, signature } from "@autocircuit/base";
import { pruneScores } from "../kinds.ts";
import { Circuit } from "../scores/circuit.ts";
import type { PruneScores } from "../scores/prune-scores.ts";
import { sortedMagnitudes, thresholdAt } from "../scores/threshold.ts";

/** A circuit and the sizes that were asked for and gave it. */
export interface SizedCircuit {
  readonly circuit: Circuit;
  readonly asked: readonly number[];
}

const check = signature("circuitsOfSizes", { scores: pruneScores, sizes: kind.listOf(kind.whole) });

/**
 * The circuits of the asked sizes by growing size, each once: ties make several sizes the same circuit.
 *
 * @throws AutocircuitError `bad-input` for a size outside 0 to the edge count, or a NaN among the scores.
 */
export function circuitsOfSizes(scores: PruneScores, sizes: readonly number[]): SizedCircuit[] {
  check({ scores, sizes });
  const sorted = sortedMagnitudes(scores.values);
  const circuits = new Map<number, { circuit: Circuit; asked: number[] }>();
  for (const size of [...new Set(sizes)].sort((a, b) => a - b)) {
    const threshold = thresholdAt(sorted, size);
    const circuit = size === 0 ? Circuit.of(scores.graph, []) : scores.circuitAt(threshold);
    const same = circuits.get(circuit.size);
    if (same) same.asked.push(size);
    else circuits.set(circuit.size, { circuit, asked: [size] });
  }
  return [...circuits.values()];
}
