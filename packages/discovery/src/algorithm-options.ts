import { AutocircuitError, describeValue, kind, signature, signatures, suggest } from "@autocircuit/base";
import { algorithmNamed, algorithmNames } from "./algorithm-named.ts";
import { type AlgorithmName, algorithms } from "./algorithms.ts";
import type { NamedAlgorithm, OptionSpec } from "./named-algorithm.ts";
import { ownName } from "./own-names.ts";

const check = signature("requireAlgorithmOptions", {
  algorithm: kind.oneOf(algorithmNames),
  options: kind.record,
  where: kind.optional(kind.text),
});

/**
 * Checks options of an algorithm before anything runs, by its own rows of `algorithms` and by what its function says of them. What a program may
 * give it beside, such as functions that are called back, is none of these.
 *
 * @param where what has them, for messages; by default nothing is said of it
 * @throws AutocircuitError `unknown-name` for an option there is not, or a word that is no choice, with near names; `bad-input`
 * @example
 * requireAlgorithmOptions("acdc", { taus: [0.01] });
 */
export function requireAlgorithmOptions(
  algorithm: AlgorithmName,
  options: Readonly<Record<string, unknown>>,
  where?: string,
): void {
  check({ algorithm, options, where });
  const named = algorithmNamed(algorithm)!;
  const prefix = where === undefined ? "" : `${where}: `;
  for (const [name, value] of Object.entries(options))
    requireValue(prefix, optionNamed(named, name, where), value, ownKind(named, name) ?? kind.anything);
}

/**
 * What is known of an option of an algorithm.
 *
 * @throws AutocircuitError `unknown-name` with near names where it has none of that name
 */
export function optionNamed(algorithm: AlgorithmName, name: string, where?: string): OptionSpec {
  const specs = (algorithms[algorithm] as NamedAlgorithm).options;
  const spec = specs.find((one) => one.name === name);
  if (spec !== undefined) return spec;
  const names = specs.map((one) => one.name);
  const hint = names.length > 0 ? suggest(name.slice(0, 60), names) : "It takes none.";
  throw new AutocircuitError(
    "unknown-name",
    `${where === undefined ? "" : `${where}: `}${algorithm} has no option ${JSON.stringify(name.slice(0, 60))}. ${hint}`,
  );
}

/** What an algorithm's function says that an option may be: it knows that there is no number of steps below 1. */
export function ownKind(algorithm: string, option: string): kind.Kind | undefined {
  const name = algorithm.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return signatures().get(name)?.options?.[option];
}

function requireValue(prefix: string, spec: OptionSpec, value: unknown, own: kind.Kind): void {
  const words = spec.type === "names" ? (Array.isArray(value) ? value : []) : spec.type === "string" ? [value] : [];
  const wrong = words.find(
    (word) => typeof word === "string" && spec.choices && !spec.choices.includes(ownName<string>(word)),
  );
  if (wrong !== undefined) {
    throw new AutocircuitError(
      "unknown-name",
      `${prefix}${spec.name} cannot be ${JSON.stringify(String(wrong).slice(0, 60))}. ${suggest(String(wrong).slice(0, 60), spec.choices!)}`,
    );
  }
  const wanted = [KINDS[spec.type], own].find(({ accepts }) => !accepts(value));
  if (wanted === undefined) return;
  throw new AutocircuitError(
    "bad-input",
    `${prefix}${spec.name} must be ${wanted.what}, but it is ${describeValue(value)} (${spec.description}).`,
  );
}

const size = kind.either(
  kind.whole,
  kind.such('"true_size"', (value) => value === "true_size"),
);

const KINDS: Readonly<Record<OptionSpec["type"], kind.Kind>> = {
  number: kind.finite,
  integer: kind.integer,
  boolean: kind.flag,
  numbers: kind.listOf(kind.finite),
  sizes: kind.listOf(size),
  names: kind.listOf(kind.text),
  string: kind.text,
  edges: kind.listOf(kind.either(kind.text, kind.such("[name, token]", Array.isArray))),
};
