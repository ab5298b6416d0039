import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { binomial, sumOf } from "./binomial.ts";
import { distance } from "./distance.ts";
import { leastOfBeaten } from "./least-counts.ts";
import { requireSameLength } from "./same-length.ts";

/** Options of {@link sufficiencyTest} and {@link partialNecessityTest}. */
export interface AgainstRandomOptions {
  /** The share of random circuits that must be beaten, between 0 and 1. Default 0.9. */
  readonly quantile?: number | undefined;
  /** Compare means over prompts instead of prompt by prompt. Default false. */
  readonly useMean?: boolean | undefined;
}

/** How a circuit compares with random ones. */
export interface AgainstRandom {
  /** Distance of the circuit's scores from the model's. */
  readonly distance: number;
  /** The same of each random circuit. */
  readonly randomDistances: readonly number[];
  /** The share of random circuits that were beaten. */
  readonly beaten: number;
  /** Chance of beating so many if the true share is no more than the quantile. Small: the circuit beats at least that share. */
  readonly pValue: number;
  /** The smallest that so many random circuits can have, all of them beaten: where it is not below the level, they cannot show anything. */
  readonly leastPValue: number;
}

const scores = kind.having("a list of numbers", "length");
const options: KindsOf<AgainstRandomOptions> = {
  quantile: kind.such("a number between 0 and 1", (value) => typeof value === "number" && value > 0 && value < 1),
  useMean: kind.flag,
};
const checkSufficiency = signature(
  "sufficiencyTest",
  { full: scores, circuit: scores, random: kind.listOf(scores) },
  options,
);
const checkNecessity = signature(
  "partialNecessityTest",
  { full: scores, without: scores, random: kind.listOf(scores) },
  options,
);

/**
 * Is the circuit closer to the model than random circuits of its size? d = mean over prompts of the squared difference of scores; k = number
 * of random circuits with d(full, circuit) <= d(full, random); p = P(Binomial(R, quantile) >= k). A small p-value says that it beats at
 * least that share of them. Source: Shi et al. 2024 (arXiv:2410.13032); ties count for the circuit.
 *
 * @param random scores of each random circuit, `[circuit][prompt]`
 * @throws AutocircuitError `bad-input` for lists of different length, or no random circuit
 */
export function sufficiencyTest(
  full: ArrayLike<number>,
  circuit: ArrayLike<number>,
  random: readonly ArrayLike<number>[],
  given: AgainstRandomOptions = {},
): AgainstRandom {
  checkSufficiency({ full, circuit, random }, given);
  return against("sufficiencyTest", { full, own: circuit, random }, given, (own, other) => own <= other);
}

/**
 * Does ablating the circuit harm the model more than ablating random circuits of its size? k = number of random circuits with
 * d(full, without circuit) > d(full, without random); p as in {@link sufficiencyTest}; ties count against the circuit. Source: Shi et al.
 * 2024 (arXiv:2410.13032).
 *
 * @param without the model's scores with the circuit ablated
 * @param random the same for each random circuit, `[circuit][prompt]`
 * @throws AutocircuitError `bad-input` for lists of different length, or no random circuit
 */
export function partialNecessityTest(
  full: ArrayLike<number>,
  without: ArrayLike<number>,
  random: readonly ArrayLike<number>[],
  given: AgainstRandomOptions = {},
): AgainstRandom {
  checkNecessity({ full, without, random }, given);
  return against("partialNecessityTest", { full, own: without, random }, given, (own, other) => own > other);
}

function against(
  test: string,
  { full, own, random }: { full: ArrayLike<number>; own: ArrayLike<number>; random: readonly ArrayLike<number>[] },
  { quantile = 0.9, useMean = false }: AgainstRandomOptions,
  beats: (own: number, other: number) => boolean,
): AgainstRandom {
  if (random.length === 0) throw new AutocircuitError("bad-input", `${test} needs at least one random circuit.`);
  requireSameLength(test, {
    full,
    circuit: own,
    ...Object.fromEntries(random.map((list, i) => [`random[${i}]`, list])),
  });
  const ownDistance = distance(full, own, useMean);
  const randomDistances = random.map((list) => distance(full, list, useMean));
  const count = randomDistances.filter((other) => beats(ownDistance, other)).length;
  const pValue = sumOf(binomial(random.length, quantile), count, random.length);
  const leastPValue = leastOfBeaten(random.length, quantile);
  return { distance: ownDistance, randomDistances, beaten: count / random.length, pValue, leastPValue };
}
