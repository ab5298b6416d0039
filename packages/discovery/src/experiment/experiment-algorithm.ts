import { AutocircuitError, kind } from "@autocircuit/base";
import { type LoadedTask, type LongOptions, type PruneScores, requireDifferentPairs } from "@autocircuit/core";
import { type AlgorithmName, algorithms } from "../algorithms.ts";
import { ablationFor, fittingOptions, optionOf, trainsAblation } from "../find-circuit/fitting-options.ts";
import type { NamedAlgorithm } from "../named-algorithm.ts";
import type { AlgorithmAlias } from "../own-names.ts";
import { algorithmOrPreset, requireAlgorithm } from "../require-algorithm.ts";
import type { RecordedAlgorithm } from "./result-parts.ts";

/** An algorithm of one's own in an experiment. */
export interface OwnAlgorithm {
  /** Unique among the experiment's. */
  readonly key: string;
  /** For people. Default the key. */
  readonly name?: string | undefined;
  /** For plots. Default the name. */
  readonly short?: string | undefined;
  /** What the scores depend on, as JSON; an experiment that goes on must be asked for the same. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  readonly discover: (task: LoadedTask, options: LongOptions) => Promise<PruneScores>;
}

/** An algorithm by name, with options of one's own. */
export interface ChosenAlgorithm {
  readonly algorithm: AlgorithmName | AlgorithmAlias;
  /** Default the algorithm's name. */
  readonly key?: string | undefined;
  readonly name?: string | undefined;
  readonly short?: string | undefined;
  readonly options?: Readonly<Record<string, unknown>> | undefined;
}

/** The key of a preset, the name of an algorithm, one with options, or one's own. */
export type ExperimentAlgorithm = string | ChosenAlgorithm | OwnAlgorithm;

/** An algorithm as an experiment runs and records it. */
export interface ResolvedAlgorithm extends RecordedAlgorithm {
  readonly discover: OwnAlgorithm["discover"];
}

/** What {@link ExperimentAlgorithm} may be. */
export const experimentAlgorithm = kind.such("a name, { algorithm, options } or { key, discover }", (value) => {
  if (typeof value === "string") return true;
  if (!kind.record.accepts(value)) return false;
  const { algorithm, key, discover, options = {} } = value as Record<string, unknown>;
  const own = typeof key === "string" && typeof discover === "function";
  return (typeof algorithm === "string" || own) && kind.record.accepts(options);
});

/**
 * The algorithms of an experiment with all that running them takes.
 *
 * @throws AutocircuitError `unknown-name` with near names; `bad-input` for two of one key
 */
export function resolvedAlgorithms(asked: readonly ExperimentAlgorithm[]): ResolvedAlgorithm[] {
  const resolved = asked.map(resolve);
  const twice = resolved.find(({ key }, place) => resolved.findIndex((other) => other.key === key) < place);
  if (twice) {
    throw new AutocircuitError(
      "bad-input",
      `The algorithm ${JSON.stringify(twice.key)} is there twice. Give each a \`key\` of its own.`,
    );
  }
  return resolved;
}

function resolve(asked: ExperimentAlgorithm): ResolvedAlgorithm {
  if (typeof asked === "object" && "discover" in asked) {
    const { key, name = key, short = name, options = {}, discover } = asked;
    return { key, name, short, options, discover };
  }
  const { algorithm: called, ...chosen } = typeof asked === "string" ? algorithmOrPreset(asked) : asked;
  const algorithm = requireAlgorithm(called);
  const { key = algorithm, name = key, short = name, options = {} } = chosen;
  return {
    ...{ key, name, short },
    options: { algorithm, ...options },
    discover: (task, long) => {
      requirePairsFor(algorithm, options, task);
      const { discover }: NamedAlgorithm = algorithms[algorithm];
      const ablation = ablationFor(algorithm, options);
      const fitting = fittingOptions(algorithm, task, { options: options, ablation, scoresFor: "curve" });
      return discover(task.model, task.train, { ...fitting, ...long });
    },
  };
}

/** @throws AutocircuitError `bad-input` where the algorithm would see no edge matter, as all pairs are equal */
function requirePairsFor(algorithm: AlgorithmName, options: Readonly<Record<string, unknown>>, task: LoadedTask) {
  // Some look at no ablated edge, such as the known circuit and chance.
  if (optionOf(algorithm, "ablation") === undefined || trainsAblation(options)) return;
  requireDifferentPairs(task.train.prompts, { ablation: ablationFor(algorithm, options) });
}
