import { AutocircuitError, signature } from "@autocircuit/base";
import { algorithmNamed } from "../algorithm-named.ts";
import type { AlgorithmName } from "../algorithms.ts";
import { type FindCircuitOptions, findCircuitOptions } from "./find-circuit-options.ts";
import { ablationFor } from "./fitting-options.ts";

/** Options that every algorithm gets from here. */
const OWN_OPTIONS: ReadonlySet<string> = new Set(["seed", "signal", "onProgress", "onSearch", "resume"]);

/**
 * The algorithm that options ask for whatever the task is: the one that is named, and ACDC where options of an algorithm are given and none
 * is named. Undefined where the task decides, or several are tried.
 */
export function algorithmAsked({
  algorithm,
  options = {},
  keep,
}: Pick<FindCircuitOptions, "algorithm" | "options" | "keep">): AlgorithmName | undefined {
  if (algorithm !== undefined) return algorithmNamed(algorithm);
  return keep === undefined && Object.keys(options).length > 0 ? "acdc" : undefined;
}

const check = signature("requireCompatibleOptions", {}, findCircuitOptions);

/**
 * Holds that options of {@link findCircuit} do not exclude each other, whatever the task is: what can be said before anything is loaded.
 *
 * @throws AutocircuitError `bad-input` that names them
 * @example
 * requireCompatibleOptions({ size: 20, select: "exact" });
 */
export function requireCompatibleOptions(options: FindCircuitOptions): void {
  check({}, options);
  const { size, faithful, keep, algorithm, options: given = {}, select = "top", rank = "absolute" } = options;
  const sizes = Object.entries({ size, keep, faithful }).filter(([, value]) => value !== undefined);
  if (sizes.length > 1) {
    const names = sizes.map(([name]) => `\`${name}\``).join(" or ");
    throw bad(`Give either ${names}: each says how large the circuit is to be.`);
  }
  const mine = Object.keys(given).find((name) => OWN_OPTIONS.has(name));
  if (mine !== undefined)
    throw bad(`\`options.${mine}\`: \`${mine}\` is an option of findCircuit itself, not of the algorithm alone.`);
  if (algorithm === undefined && keep !== undefined && Object.keys(given).length > 0)
    throw bad("`options` is for one algorithm, and `keep` tries several: name one with `algorithm`.");
  ablationFor(algorithmAsked(options), given, options.ablation);
  if (options.selectSeconds !== undefined && select !== "exact")
    throw bad('`selectSeconds` limits an exact selection: give `select: "exact"` too.');
  requireSized({ select, rank, keep, faithful, asked: sizes[0]?.[0] });
  if ((size ?? faithful) !== undefined) requireSearch(options, undefined);
}

/**
 * Holds that a size that is looked for by what the circuit keeps is not to be selected by scores alone.
 *
 * @param how.asked the option that says so; undefined where it is the default
 */
export function requireSized({
  select,
  rank,
  keep,
  faithful,
  asked,
}: Pick<FindCircuitOptions, "select" | "rank" | "keep" | "faithful"> & { asked: string | undefined }): void {
  const instead = asked === undefined ? "" : ` instead of \`${asked}\``;
  if (select !== "top" && keep !== undefined)
    throw bad(`\`select: "${select}"\` chooses so many edges by their scores: give \`size\`${instead}.`);
  if (rank === "signed" && (keep ?? faithful) !== undefined)
    throw bad(`\`rank: "signed"\` chooses so many edges by their scores: give \`size\`${instead}.`);
}

/** Holds that what is for the search for few edges is given only where there is one. */
export function requireSearch({ tries, seconds }: FindCircuitOptions, keep: number | undefined): void {
  if (keep !== undefined) return;
  if (tries !== undefined) throw bad("`tries` looks for smaller circuits that keep enough: give `keep` too.");
  if (seconds !== undefined) throw bad("`seconds` limits the search for few edges that keep enough: give `keep` too.");
}

/** An option that cannot be. */
export function bad(reason: string): AutocircuitError {
  return new AutocircuitError("bad-input", reason);
}
