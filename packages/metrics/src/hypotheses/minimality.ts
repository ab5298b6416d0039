import { AutocircuitError, kind, signature } from "@autocircuit/base";
import { binomial, sumOf } from "./binomial.ts";
import { distance } from "./distance.ts";
import { requireSameLength } from "./same-length.ts";

/** Scores that {@link minimalityTest} compares; one a prompt. */
export interface MinimalityScores {
  readonly circuit: ArrayLike<number>;
  /** The circuit without each of its edges, `[edge][prompt]`. */
  readonly knockedOut: readonly ArrayLike<number>[];
  /** The circuit with the new edges of a random path, `[path][prompt]`. */
  readonly inflated: readonly ArrayLike<number>[];
  /** Each of these without one random edge of those that were added. */
  readonly inflatedKnockedOut: readonly ArrayLike<number>[];
}

/** How much the edges of a circuit do. */
export interface Minimality {
  /** How far the scores move without each edge. */
  readonly distances: readonly number[];
  /** The same for one random added edge of each inflated circuit. */
  readonly randomDistances: readonly number[];
  /** For each edge the share of random edges that do less. */
  readonly beaten: readonly number[];
  /** For each edge the chance of doing more than so few random ones if it is in their quantile. Small: it does less than demanded. */
  readonly pValues: readonly number[];
  /**
   * The smallest that so many random edges can have, all of which do more: where it is not below `level` by the number of edges, they cannot refuse any.
   */
  readonly leastPValue: number;
  /** Edges that do too little, at `level` with Bonferroni's correction for the number of edges. */
  readonly notMinimal: readonly number[];
}

const lists = kind.listOf(kind.having("a list of numbers", "length"));
const check = signature(
  "minimalityTest",
  { scores: kind.having("scores of the circuit", "circuit", "knockedOut", "inflated", "inflatedKnockedOut") },
  {
    quantile: kind.such("a number between 0 and 1", (value) => typeof value === "number" && value > 0 && value < 1),
    level: kind.share,
  },
);

/**
 * Does every edge of the circuit do more than edges that do not belong there? For each edge c = d(circuit, circuit without it); k = number of
 * inflated circuits with c > d(inflated, inflated without a random added edge); p = P(Binomial(R, quantile) <= k). Source: Shi et al. 2024
 * (arXiv:2410.13032).
 *
 * @param options.quantile default 0.9
 * @param options.level of all edges together, default 0.05
 * @throws AutocircuitError `bad-input` for lists of different length, or none
 */
export function minimalityTest(
  scores: MinimalityScores,
  options: { quantile?: number; level?: number } = {},
): Minimality {
  check({ scores }, options);
  const { quantile = 0.9, level = 0.05 } = options;
  const { circuit, knockedOut, inflated, inflatedKnockedOut } = scores;
  for (const [name, list] of Object.entries({ knockedOut, inflated, inflatedKnockedOut })) {
    if (lists.accepts(list) && list.length > 0) continue;
    throw new AutocircuitError("bad-input", `minimalityTest: \`${name}\` must hold at least one list of scores.`);
  }
  if (inflated.length !== inflatedKnockedOut.length)
    throw new AutocircuitError(
      "bad-input",
      `minimalityTest: ${inflated.length} inflated circuits, but ${inflatedKnockedOut.length} without an edge; they belong together one by one.`,
    );
  const named = (name: string, list: readonly ArrayLike<number>[]) =>
    list.map((row, i) => [`${name}[${i}]`, row] as const);
  requireSameLength("minimalityTest", {
    circuit,
    ...Object.fromEntries([
      ...named("knockedOut", knockedOut),
      ...named("inflated", inflated),
      ...named("inflatedKnockedOut", inflatedKnockedOut),
    ]),
  });
  const distances = knockedOut.map((without) => distance(circuit, without));
  const randomDistances = inflated.map((whole, i) => distance(whole, inflatedKnockedOut[i]!));
  const chances = binomial(randomDistances.length, quantile);
  const counts = distances.map((own) => randomDistances.filter((other) => own > other).length);
  const pValues = counts.map((count) => sumOf(chances, 0, count));
  return {
    distances,
    randomDistances,
    beaten: counts.map((count) => count / randomDistances.length),
    pValues,
    leastPValue: chances[0]!,
    notMinimal: [...pValues.keys()].filter((edge) => pValues[edge]! < level / pValues.length),
  };
}
