import { type KindsOf, kind, signature } from "@autocircuit/base";
import {
  type Circuit,
  coreKinds,
  type PruneScores,
  type Rank,
  rankOfScores,
  ranks,
  tiesNotes,
} from "@autocircuit/core";
import { selectExact } from "./select-exact.ts";
import { selectGreedy } from "./select-greedy.ts";
import { selectTop } from "./select-top.ts";

/**
 * How a circuit is made of scores: the best edges, each for itself (`top`), edges that lead to the output, one after the other (`greedy`), or
 * those of largest total score among all circuits without dead ends (`exact`).
 */
export type Selection = "top" | "greedy" | "exact";

/** The names of the selections. */
export const selections: readonly Selection[] = ["top", "greedy", "exact"];

/** Seconds that an exact selection may take where nothing else is said. */
export const USUAL_SELECT_SECONDS = 60;

/** Options of {@link selectCircuit}. */
export interface SelectCircuitOptions {
  /** Default `"top"`. */
  readonly select?: Selection | undefined;
  /** What makes an edge important: the size of its score, or the score itself. Default: what the scores were found with, as `rankOfScores` says. */
  readonly rank?: Rank | undefined;
  /** Seconds for an exact selection; the best so far is taken then, or the greedy one. Default 60. */
  readonly seconds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A circuit that was selected. */
export interface SelectedCircuit {
  readonly circuit: Circuit;
  /** Whether an exact selection's time ended first: then a better one may exist. */
  readonly unproven: boolean;
  /** What is not as it was asked for, in words. */
  readonly notes: readonly string[];
}

const check = signature("selectCircuit", { scores: coreKinds.pruneScores, size: kind.whole }, {
  select: kind.oneOf(selections),
  rank: kind.oneOf(ranks),
  seconds: kind.positive,
  signal: kind.signal,
} satisfies KindsOf<SelectCircuitOptions>);

/**
 * The circuit of so many edges by scores, chosen in one of the ways that there are. Of the size of scores alone (`top`, absolute), edges that tie
 * for the last places are all taken, as AutoCircuit does; every other way gives at most the size.
 *
 * @throws AutocircuitError as {@link selectTop}, {@link selectGreedy} and {@link selectExact} do
 * @example
 * const { circuit, notes } = await selectCircuit(scores, 20, { select: "greedy", rank: "signed" });
 */
export async function selectCircuit(
  scores: PruneScores,
  size: number,
  options: SelectCircuitOptions = {},
): Promise<SelectedCircuit> {
  check({ scores, size }, options);
  const { select = "top", rank = rankOfScores(scores), seconds = USUAL_SELECT_SECONDS, signal } = options;
  const proven = { unproven: false, notes: [] };
  if (select === "greedy") {
    const circuit = selectGreedy(scores, size, { rank });
    return { ...proven, circuit, notes: fewer(circuit, size, LEFT_OUT) };
  }
  if (select === "top") {
    const circuit = rank === "absolute" ? scores.circuit(size) : selectTop(scores, size, { rank, prune: false });
    return { ...proven, circuit, notes: tiesNotes(scores, size, circuit, rank) };
  }
  const notes: string[] = [];
  let why = "none of at most as many has a larger sum of scores";
  const circuit = await selectExact(scores, size, {
    ...{ rank, seconds, signal },
    onUnproven: ({ total, bound, greedy }) => {
      why = greedy ? LEFT_OUT : "no better one of at most as many was found";
      notes.push(
        (greedy
          ? `The circuit is that of greedy selection, as nothing better was found in ${seconds} s: its scores sum to `
          : `The circuit is the best that was found in ${seconds} s, not proven to be the best: its scores sum to `) +
          `${inDigits(total)}, and no circuit of ${size} edges has more than ${inDigits(bound)}.`,
      );
    },
  });
  return { circuit, unproven: notes.length > 0, notes: [...notes, ...fewer(circuit, size, why)] };
}

/** Why a greedy circuit has fewer edges. */
const LEFT_OUT =
  "greedy selection took as many as lead to the output, and those that nothing leads into were left out again";

/** Says so where a circuit has fewer edges than it was to have. */
function fewer(circuit: Circuit, size: number, why: string): string[] {
  return circuit.size < size
    ? [`The circuit has ${circuit.size} ${circuit.size === 1 ? "edge" : "edges"}, not ${size}: ${why}.`]
    : [];
}

function inDigits(value: number): string {
  return String(Number(value.toPrecision(5)));
}
