import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { Circuit, coreKinds, type PruneScores } from "@autocircuit/core";
import { type CircuitSize, circuitSize, edgesOfSize } from "./circuit-size.ts";
import { exactProgram } from "./exact-program.ts";
import { type Ranking, rankings, rankOf } from "./ranked-edges.ts";
import { selectGreedy } from "./select-greedy.ts";
import { solveProgram } from "./solve-program.ts";

/** Options of {@link selectExact}. */
export interface ExactOptions {
  /** What is maximised: the sum of absolute scores (default), or of the scores. */
  readonly by?: Ranking | undefined;
  /** The least share of the circuit's edges with a positive score, as far as there are that many. Default: any. */
  readonly positive?: number | undefined;
  /** Seconds after which the search is given up. Default 600. */
  readonly seconds?: number | undefined;
  /** Called where time ended before the best circuit was proven: the best so far is then given. Without it that is an error. */
  readonly onUnproven?: ((best: UnprovenBest) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How good a circuit is that is not proven to be the best. */
export interface UnprovenBest {
  /** Its total score. */
  readonly total: number;
  /** No circuit of that size has more. */
  readonly bound: number;
  /** What was spent. */
  readonly seconds: number;
}

const check = signature("selectExact", { scores: coreKinds.pruneScores, size: circuitSize }, {
  by: kind.oneOf(rankings),
  positive: kind.such("a number from 0 to 1", (value) => typeof value === "number" && value >= 0 && value <= 1),
  seconds: kind.positive,
  onUnproven: kind.callback,
  signal: kind.signal,
} satisfies KindsOf<ExactOptions>);

/** A share below this is no difference: the solver works on floating point numbers. */
const roundOff = 0.5;

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
 * @throws AutocircuitError `bad-input` where no circuit of that size exists (it says so), for a graph of nodes, infinite scores, or when time
 *   ran out and nobody listens to `onUnproven`, or nothing was found; `aborted`
 */
export async function selectExact(
  scores: PruneScores,
  size: CircuitSize,
  options: ExactOptions = {},
): Promise<Circuit> {
  check({ scores, size }, options);
  const { graph, values } = scores;
  const { by = "absolute", positive = 0, seconds = 600, onUnproven, signal } = options;
  if (!graph.factorized || graph.tokens !== null)
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
  const most = edgesOfSize(scores, size, by);
  const rank = rankOf(values, by);
  const ranks = Float64Array.from(values, (_, edge) => rank(edge));
  const scale = scaleOf(ranks);
  const weights = ranks.map((weight) => weight * scale);
  const edges = [...values.keys()].filter((edge) => values[edge]! > 0);
  const least = Math.min(Math.floor(positive * most), edges.length);
  const solution = await solveProgram(exactProgram({ graph, weights, most, among: { edges, least } }), {
    columns: Array.from(values, (_, edge) => `e${edge}`),
    ones: columnsOf(selectGreedy(scores, most, { by })),
    seconds,
    signal,
  });
  if (solution.status === "infeasible") {
    const rule = least > 0 ? ` with at least ${least} edges of positive score` : "";
    throw new AutocircuitError(
      "bad-input",
      `No circuit of at most ${most} edges${rule} connects \`Resid Start\` with \`Resid End\` without dead ends. Allow more edges${least > 0 ? ", or a smaller share of positive ones" : ""}.`,
    );
  }
  const { status, values: chosen } = solution;
  const [total, bound] = [solution.total / scale, solution.bound / scale];
  if (chosen === null || (status !== "optimal" && (status !== "time limit" || onUnproven === undefined)))
    throw new AutocircuitError(
      "bad-input",
      `The best circuit of ${most} edges was not found in ${seconds} s (${status}${chosen === null ? "" : `; the best so far has a total score of ${total}, and none has more than ${bound}`}). ` +
        "Give it more `seconds`, take the best so far with `onUnproven`, or use selectGreedy.",
    );
  if (status === "time limit") onUnproven?.({ total, bound, seconds });
  return Circuit.where(graph, (edge) => chosen[edge]! > roundOff);
}

/** The columns of a circuit: its edges, and the sources that they use. */
function columnsOf(circuit: Circuit): string[] {
  const edges = [...circuit];
  const used = new Set(["n0", ...edges.map(({ src }) => `n${src.index}`)]);
  return [...edges.map(({ index }) => `e${index}`), ...used];
}
