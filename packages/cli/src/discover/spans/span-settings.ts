import type { AblationType } from "@autocircuit/core";
import {
  algorithmNamed,
  type SpanAggregation,
  type SpanAlgorithm,
  spanAlgorithmNamed,
  spanAlgorithmNames,
} from "@autocircuit/discovery";
import { isOnByDefault } from "../../support/flag-of.ts";
import { UsageError } from "../../support/usage-error.ts";
import { shareText } from "../asked-size.ts";
import { chooseSubject } from "../choose-subject.ts";
import { givenOptions } from "../given-options.ts";
import type { DiscoverCommandOptions } from "../options.ts";
import type { Subject } from "../subject.ts";

/** What a discovery over spans is to do. */
export interface SpanSettings {
  readonly subject: Subject;
  /** The file of spans. */
  readonly file: string;
  readonly algorithm: SpanAlgorithm;
  readonly aggregation: SpanAggregation;
  readonly ablation: AblationType;
  /** Options of the algorithm that were given, by flag or by --set. */
  readonly given: Readonly<Record<string, unknown>>;
  readonly size: number;
  readonly seed: number;
  readonly out: string;
}

/** Options that say nothing of a circuit over spans, and why. */
const FOREIGN: Readonly<Partial<Record<keyof DiscoverCommandOptions, readonly [flag: string, reason: string]>>> = {
  preset: ["--preset", "name one of the algorithms with --algorithm"],
  byToken: ["--by-token", "spans take the place of positions"],
  taus: ["--taus", "acdc does not score edges in spans"],
  target: ["--target", "acdc does not score edges in spans"],
  prune: ["--prune", "edges that lead nowhere are looked for in graphs without spans"],
  keep: ["--keep", "give the circuit's size with --size"],
  faithful: ["--faithful", "give the circuit's size with --size"],
  tries: ["--tries", "it belongs to --keep"],
  budget: ["--budget", "it belongs to --keep"],
  resume: ["--resume", "scores over spans are not looked for in a search that goes on"],
  rank: ["--rank", "edges in spans are chosen by the size of their scores"],
  selectSeconds: ["--select-seconds", "edges in spans are chosen by rank"],
  bootstrap: ["--bootstrap", "scores over spans are means over the prompts"],
  test: ["--test", "the tests are of circuits without spans"],
  knownCircuit: ["--known-circuit", "known circuits have no spans"],
  curve: ["--curve", "sizes are measured of circuits without spans"],
  factorized: ["--no-factorized", "edges inside heads need a factorised graph"],
  labels: ["--labels", "they are of latents of --autoencoders"],
  autoencoders: ["--autoencoders", "edges inside heads need heads, not latents"],
  align: ["--align", "both prompts of a pair have the same spans"],
};

/**
 * Settings of a discovery over spans.
 *
 * @throws UsageError for a subject that is none, an option that cannot work with spans, and without a size
 */
export function spanSettings(taskName: string | undefined, options: DiscoverCommandOptions): SpanSettings {
  const foreign = (Object.keys(FOREIGN) as (keyof DiscoverCommandOptions)[]).find(
    (name) => options[name] !== (isOnByDefault(name) ? true : undefined),
  );
  if (foreign) {
    const [flag, reason] = FOREIGN[foreign]!;
    throw new UsageError(`${flag} cannot work with --spans: ${reason}.`);
  }
  if (options.select !== undefined && options.select !== "top")
    throw new UsageError(`--select ${options.select} cannot work with --spans: edges in spans are chosen by rank.`);
  const { algorithm: asked = "eap-ig-inputs", size, seed } = options;
  const algorithm = spanAlgorithmNamed(asked);
  if (algorithm === undefined)
    throw new UsageError(
      `--algorithm ${asked} cannot work with --spans${why(asked)}. There are: ${spanAlgorithmNames.join(", ")}.`,
    );
  if (typeof size !== "number")
    throw new UsageError(
      size === undefined
        ? "A circuit over spans needs its size: give --size."
        : `--size ${shareText(size.share)} cannot work with --spans, whose edges are of several kinds: give a number of edges.`,
    );
  const subject = chooseSubject(taskName, options);
  return {
    ...{ subject, algorithm, size, seed },
    file: options.spans!,
    aggregation: (options.aggregation ?? "sum") as SpanAggregation,
    ablation: (options.ablation as AblationType | undefined) ?? "resample",
    given: givenFor(algorithm, options),
    out: options.out ?? `circuit-reports/${subject.name}-spans`,
  };
}

/** @throws UsageError for the aggregation of spans that there are not */
export function requireSpans({ spans, aggregation }: DiscoverCommandOptions): void {
  if (aggregation !== undefined && spans === undefined)
    throw new UsageError("--aggregation says how the tokens of spans are put together: give --spans too.");
}

/** Why an algorithm that scores single prompts is no algorithm of spans. */
function why(algorithm: string): string {
  return algorithm === "mean-of-methods" ? ": prompts of each length would have a scale of their own" : "";
}

/** @throws UsageError as {@link givenOptions}, and for what prompts of several lengths cannot have together */
function givenFor(algorithm: SpanAlgorithm, options: DiscoverCommandOptions): Record<string, unknown> {
  const given = givenOptions(algorithmNamed(algorithm)!, options);
  if (given.ablateFrom !== undefined)
    throw new UsageError("--set ablateFrom cannot work with --spans: the ablation is made of the corrupt prompts.");
  return given;
}
