import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import {
  Circuit,
  coreKinds,
  type PruneScores,
  type Rank,
  rankOf,
  rankOfScores,
  ranks,
  throwIfAborted,
} from "@autocircuit/core";
import { type CircuitSize, circuitSizeKind, edgesOfSize } from "./circuit-size.ts";
import { exactProgram } from "./exact-program.ts";
import { selectGreedy } from "./select-greedy.ts";
import { type ProgramSolution, solveProgram } from "./solve-program.ts";

/** Options of {@link selectExact}. */
export interface ExactOptions {
  /** What is maximised: the sum of absolute scores, or of the scores. Default: what the scores were found with, as `rankOfScores` says. */
  readonly rank?: Rank | undefined;
  /**
   * The least share of the circuit's own edges, however few they are, that have a positive score. Where no circuit of at most the asked size has so
   * many, that is an error; a smaller circuit that has is taken. Default 0.
   */
  readonly positive?: number | undefined;
  /**
   * The least number of edges with a positive score. The published code takes `Math.floor(share * size)`, or all of the graph where it has fewer: a
   * share of the asked size, which leaves a smaller circuit out. Default 0.
   */
  readonly leastPositive?: number | undefined;
  /**
   * Seconds after which the search is given up, writing the program included. Default 600: without `onUnproven` nothing is left then, so there is time for
   * a proof. {@link selectCircuit}, which takes the best so far, gives 60.
   */
  readonly seconds?: number | undefined;
  /**
   * Called where time ended before the best circuit was proven: the best so far is then given, or the greedy one. Without it that is an error.
   */
  readonly onUnproven?: ((best: UnprovenBest) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How good a circuit is that is not proven to be the best. */
export interface UnprovenBest {
  /** Its total score. */
  readonly total: number;
  /** No circuit of that size has more: what the solver proved, and never more than as many of the largest scores sum to. */
  readonly bound: number;
  /** Whether it is that of `selectGreedy`: nothing better was found. */
  readonly greedy: boolean;
  /** What was spent. */
  readonly seconds: number;
}

const check = signature("selectExact", { scores: coreKinds.pruneScores, size: circuitSizeKind }, {
  rank: kind.oneOf(ranks),
  positive: kind.such("a number from 0 to 1", (value) => typeof value === "number" && value >= 0 && value <= 1),
  leastPositive: kind.whole,
  seconds: kind.positive,
  onUnproven: kind.callback,
  signal: kind.signal,
} satisfies KindsOf<ExactOptions>);

/** A share below this is no difference: the solver works on floating point numbers. */
const roundOff = 0.5;

/** Edges that may be missing in a share of them by rounding alone, as in 3 of 5 for 0.6. */
const shareRoundOff = 1e-6;

/**
 * The solver's tolerances are absolute, about 1e-7: a score that small beside them counts as none. So the largest is brought to between 2^13 and
 * 2^14, by a power of two, which rounds nothing.
 */
const largestExponent = 13;

function scaleOf(weights: Float64Array): number {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  return largest === 0 ? 1 : 2 ** (largestExponent - Math.floor(Math.log2(largest)));
}

/**
 * The circuit of largest total score among all of at most the asked size in which every node that is used is connected both ways, found
 * by integer programming (HiGHS). Greedy and top-n selections are never better under the same rules, and may be much worse.
 *
 * After Nikankin et al. 2025 (arXiv:2510.25786). Cost: no run of the model; small graphs take milliseconds, ten thousands of edges minutes, in a
 * thread of its own.
 *
 * @throws AutocircuitError `bad-input` where no circuit of at most that size exists, or none with so many positive scores (it says so), for a graph of
 *   nodes, infinite scores, or when time ran out and nobody listens to `onUnproven`, or the greedy circuit is none under these rules; `aborted`
 */
export async function selectExact(
  scores: PruneScores,
  size: CircuitSize,
  options: ExactOptions = {},
): Promise<Circuit> {
  check({ scores, size }, options);
  const { graph, values } = scores;
  const { rank = rankOfScores(scores), positive = 0, leastPositive = 0, seconds = 600, onUnproven, signal } = options;
  throwIfAborted(signal);
  const deadline = performance.now() + 1000 * seconds;
  if (!graph.factorized || graph.seqLen !== null)
    throw new AutocircuitError(
      "bad-input",
      "selectExact needs a factorised graph that is not by token: only there does every edge join two components.",
    );
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0)
    throw new AutocircuitError(
      "bad-input",
      `The score of edge ${graph.edge(wrong)} is ${values[wrong]}: a sum of scores needs finite ones.`,
    );
  const most = edgesOfSize(scores, size, rank);
  const importance = rankOf(values, rank);
  const ranks = Float64Array.from(values, (_, edge) => importance(edge));
  const scale = scaleOf(ranks);
  const weights = ranks.map((weight) => weight * scale);
  const edges = [...values.keys()].filter((edge) => values[edge]! > 0);
  if (leastPositive > Math.min(most, edges.length)) throw noCircuit(most, { positive, leastPositive });
  const greedy = selectGreedy(scores, most, { rank });
  const timeLeft = () => performance.now() < deadline;
  const program = exactProgram({
    graph,
    weights,
    most,
    among: { edges, least: leastPositive, share: positive },
    timeLeft,
  });
  const solution: ProgramSolution =
    program === undefined
      ? { status: "time limit", values: null, total: Number.NEGATIVE_INFINITY, bound: Number.POSITIVE_INFINITY }
      : await solveProgram(program, {
          columns: Array.from(values, (_, edge) => `e${edge}`),
          ones: columnsOf(greedy),
          seconds: Math.max(0, deadline - performance.now()) / 1000,
          signal,
        });
  if (solution.status === "infeasible") throw noCircuit(most, { positive, leastPositive });
  const { status, values: chosen } = solution;
  const solved = chosen && Circuit.where(graph, (edge) => chosen[edge]! > roundOff);
  if (status === "optimal" && solved) return solved;
  const sum = (circuit: Circuit) => circuit.indices.reduce((total, edge) => total + ranks[edge]!, 0);
  const enoughPositive = (circuit: Circuit) => {
    const count = countPositive(circuit, values);
    return count >= leastPositive && count - positive * circuit.size >= -shareRoundOff;
  };
  const kept = greedy.size > 0 && enoughPositive(greedy) ? greedy : null;
  const better = solved !== null && (kept === null || sum(solved) > sum(kept));
  const best = better ? solved : kept;
  const total = best === null ? Number.NEGATIVE_INFINITY : sum(best);
  // The solver's bound may lie below what was found by rounding.
  const bound = Math.max(total, Math.min(solution.bound / scale, largestSum(ranks, most)));
  if (best === null || status !== "time limit" || onUnproven === undefined) {
    const have = best && `; the best so far has a total score of ${total}, and none has more than ${bound}`;
    throw new AutocircuitError(
      "bad-input",
      `The best circuit of ${most} edges was not found in ${seconds} s (${status}${have ?? ""}). ` +
        `Allow more time${have && status === "time limit" ? ", take the best so far with `onUnproven`" : ""}, or select greedily.`,
    );
  }
  onUnproven({ total, bound, seconds, greedy: !better });
  return best;
}

function noCircuit(most: number, { positive, leastPositive }: { positive: number; leastPositive: number }) {
  const rules = [
    ...(positive > 0 ? [`at least a share of ${positive} of its edges`] : []),
    ...(leastPositive > 0 ? [`at least ${leastPositive} edges`] : []),
  ];
  const rule = rules.length > 0 ? ` with ${rules.join(" and ")} of positive score` : "";
  return new AutocircuitError(
    "bad-input",
    `No circuit of at most ${most} edges${rule} connects \`Resid Start\` with \`Resid End\` without dead ends. Allow more edges${rule && ", or fewer positive ones"}.`,
  );
}

function countPositive(circuit: Circuit, values: Float32Array): number {
  return circuit.indices.reduce((count, edge) => count + Number(values[edge]! > 0), 0);
}

/** The most that so many edges can have together, connected or not. */
function largestSum(ranks: Float64Array, most: number): number {
  return ranks
    .toSorted((a, b) => b - a)
    .subarray(0, most)
    .reduce((sum, importance) => sum + Math.max(0, importance), 0);
}

/** The columns of a circuit: its edges, and the sources that they use. */
function columnsOf(circuit: Circuit): string[] {
  const edges = [...circuit];
  const used = new Set(["n0", ...edges.map(({ src }) => `n${src.index}`)]);
  return [...edges.map(({ index }) => `e${index}`), ...used];
}
