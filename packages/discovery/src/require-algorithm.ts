import { AutocircuitError, suggest } from "@autocircuit/base";
import { algorithmNamed, algorithmNames } from "./algorithm-named.ts";
import type { AlgorithmName } from "./algorithms.ts";
import { type Preset, presets } from "./presets.ts";

const PRESETS: Readonly<Record<string, Preset>> = presets;

/**
 * The algorithm that a name means, its own or another one.
 *
 * @throws AutocircuitError `unknown-name` with near names where there is none
 * @example
 * console.log(requireAlgorithm("eap")); // edge-attribution
 */
export function requireAlgorithm(name: string): AlgorithmName {
  return algorithmNamed(name) ?? fail("algorithm", name, algorithmNames);
}

/** The preset of a key. @throws AutocircuitError `unknown-name` with near names where there is none */
export function requirePreset(key: string): Preset {
  return Object.hasOwn(PRESETS, key) ? PRESETS[key]! : fail("preset", key, Object.keys(PRESETS));
}

/** What {@link algorithmOrPreset} gives: a preset, or an algorithm by itself. */
export interface AlgorithmOrPreset
  extends Pick<Preset, "algorithm" | "options">,
    Partial<Pick<Preset, "name" | "short">> {
  /** The preset's, or the algorithm's own name. */
  readonly key: string;
}

/**
 * What a name stands for where both may be meant, a preset before an algorithm.
 *
 * @throws AutocircuitError `unknown-name` with near names where it is neither
 * @example
 * const { algorithm, options } = algorithmOrPreset("MSE ACDC");
 */
export function algorithmOrPreset(name: string): AlgorithmOrPreset {
  if (Object.hasOwn(PRESETS, name)) return { ...PRESETS[name]!, key: name };
  const key = algorithmNamed(name);
  return key
    ? { key, algorithm: key, options: {} }
    : fail("algorithm or preset", name, [...algorithmNames, ...Object.keys(PRESETS)]);
}

function fail(what: string, name: string, names: readonly string[]): never {
  const start = name.slice(0, 60);
  throw new AutocircuitError("unknown-name", `There is no ${what} ${JSON.stringify(start)}. ${suggest(start, names)}`);
}
