import { circuitNamed, type KnownCircuitByName } from "@autocircuit/circuits";
import type { AblationType, LoadedTask, Rank } from "@autocircuit/core";
import {
  ACDC_UP_TO,
  type AlgorithmName,
  ablationFor,
  type CurveDetail,
  type FindCircuitOptions,
  type FittingWords,
  FOR_LARGE_GRAPHS,
  type PlannedBatch,
  type Preset,
  planOf,
  type RunShape,
  requireAlgorithm,
  requireCompatibleOptions,
  requirePreset,
  runShape,
  type TaskOutline,
} from "@autocircuit/discovery";
import type { KeepingOptions } from "../support/kept-latents.ts";
import { UsageError } from "../support/usage-error.ts";
import { chooseSubject } from "./choose-subject.ts";
import { fittingWords, requireFitting } from "./fitting-words.ts";
import { FLAGS, givenOptions } from "./given-options.ts";
import type { DiscoverCommandOptions } from "./options.ts";
import type { Subject } from "./subject.ts";
import { USUAL_BUDGET } from "./usual-budget.ts";

/** What a command says of a discovery whatever the graph is. */
interface AnyGraphSettings {
  subject: Subject;
  /** Options of the algorithm that were given on the command line. */
  given: Readonly<Record<string, unknown>>;
  /** What ablated edges take. */
  ablation: AblationType;
  byToken: boolean;
  seed: number;
  /** The known circuit to compare with. */
  known: KnownCircuitByName | undefined;
  /** Leave out edges that lead nowhere. */
  prune: boolean;
  /** Random changes in search of a smaller circuit; by default as many as suit the graph. */
  tries: number | undefined;
  /** Seconds for the search for few edges. */
  seconds: number;
  /** How edges are chosen by their scores. */
  select: NonNullable<DiscoverCommandOptions["select"]>;
  /** What makes an edge important: the size of its score, or the score itself. */
  rank: Rank;
  /** Seconds that an exact selection may take. */
  selectSeconds: number | undefined;
  /** Resamples of the prompts that were asked for; 0 for none. */
  bootstrap: number | undefined;
  /** Test the circuit that is found. */
  test: boolean;
  /** Go on from where an earlier run was stopped. */
  resume: boolean;
  /** How much is measured for the report. */
  curve: CurveDetail;
  out: string;
}

/** What a discovery run is to do. */
export interface DiscoverSettings extends AnyGraphSettings {
  /** Undefined: several, of which the best counts. */
  algorithm: AlgorithmName | undefined;
  size: number | undefined;
  /** Share of the answers that the circuit is to keep; its size follows from it. */
  keep: number | undefined;
  /** Share of the logit difference that the beginning of the ranking is to keep; its size follows from it. */
  faithful: number | undefined;
}

/** The same before there is a graph: what is not said is chosen for it. */
export interface AskedSettings extends AnyGraphSettings {
  /** How it is said that this does not fit a model. */
  words: FittingWords;
  /** What is asked of `findCircuit`. */
  find: FindCircuitOptions & { readonly algorithm?: AlgorithmName | undefined };
}

/**
 * Settings from the options.
 *
 * @throws UsageError for a subject, circuit, algorithm or option of it that does not exist, and for options that exclude each other
 */
export function discoverSettings(
  taskName: string | undefined,
  options: DiscoverCommandOptions & KeepingOptions,
): AskedSettings {
  const subject = chooseSubject(taskName, options);
  const { prune = false, byToken = false, seed, select = "top", rank = "absolute" } = options;
  const find = findOptions(options);
  requireCompatibleOptions(find);
  const { options: given = {} } = find;
  const ablation = ablationFor(find.algorithm, given, find.ablation);
  return {
    words: fittingWords(options, subject.name),
    ...{ subject, find, given, ablation, byToken, seed, prune, select, rank },
    known: circuitNamed(subject, { knownCircuit: options.knownCircuit, ablation }),
    tries: options.tries,
    seconds: 60 * (options.budget ?? USUAL_BUDGET),
    selectSeconds: options.selectSeconds,
    bootstrap: options.bootstrap,
    test: options.test ?? false,
    resume: options.resume ?? false,
    curve: options.curve ?? "quick",
    out: options.out ?? `circuit-reports/${subject.name}${byToken ? "-by-token" : ""}`,
  };
}

/**
 * The same settings with what the library chooses for the model that was loaded, no known circuit where it belongs to other graphs, and the size
 * as a number of edges.
 *
 * @throws UsageError for options that do not suit it, such as a size that the graph does not have
 * @returns the settings, and a line that says which algorithm was chosen where that is not the usual
 */
export function fitToGraph(
  { find, words, ...settings }: AskedSettings,
  task: LoadedTask,
): { settings: DiscoverSettings; note: string | undefined } {
  const { given } = settings;
  requireFitting({ find, given, words }, task);
  const { graph } = task.model;
  const { algorithm, ablation, size: planned, keep, faithful } = planOf(task, find);
  const size = typeof planned === "number" ? planned : undefined;
  const known = task.knownEdges === null ? undefined : settings.known;
  const chosen = find.algorithm === undefined && algorithm === FOR_LARGE_GRAPHS;
  return {
    settings: { ...settings, algorithm, ablation, keep, faithful, size, known },
    note: chosen ? largeNote(graph.edgeCount) : undefined,
  };
}

/** How a run for such a task uses memory. @throws UsageError for options that do not suit it */
export function shapeOf(settings: AskedSettings, task: LoadedTask | TaskOutline, batch: PlannedBatch): RunShape {
  requireFitting(settings, task);
  return runShape(task, settings.find, batch);
}

function largeNote(edgeCount: number): string {
  const count = (many: number) => many.toLocaleString("en-US");
  return (
    `algorithm: ${FOR_LARGE_GRAPHS}, as the graph has ${count(edgeCount)} edges; acdc, which runs the model for every edge, is the ` +
    `default up to ${count(ACDC_UP_TO)} (--algorithm acdc)`
  );
}

/** What the flags ask of `findCircuit`. */
function findOptions(options: DiscoverCommandOptions): AskedSettings["find"] {
  const { size, keep, faithful, tries, budget, select, rank, selectSeconds } = options;
  const algorithm = askedAlgorithm(options);
  const ablation = options.ablation as AblationType | undefined;
  const preset = presetOf(options)?.options ?? {};
  const own = { ...preset, ...(ablation && "ablation" in preset && { ablation }) };
  return {
    ...{ algorithm, ablation, size, keep, faithful, tries, select, rank, selectSeconds },
    options: { ...own, ...givenFor(algorithm, options) },
    seconds: budget && 60 * budget,
  };
}

/** Options of the algorithm that is named; where none is, of ACDC, as `findCircuit` takes them. */
function givenFor(algorithm: AlgorithmName | undefined, options: DiscoverCommandOptions): Record<string, unknown> {
  const flag =
    FLAGS.find(([name]) => options[name] !== undefined)?.[1] ?? (options.set.length > 0 ? "--set" : undefined);
  if (flag === undefined) return {};
  if (algorithm === undefined && options.keep !== undefined)
    throw new UsageError(`${flag} is for one algorithm, and --keep tries several: name one with --algorithm.`);
  return givenOptions(algorithm ?? "acdc", options);
}

/** The preset that was named. @throws UsageError for an algorithm beside it; AutocircuitError `unknown-name` */
function presetOf({ preset, algorithm }: DiscoverCommandOptions): Preset | undefined {
  if (preset === undefined) return undefined;
  if (algorithm !== undefined)
    throw new UsageError("Give either --preset or --algorithm: each names what ranks the edges.");
  return requirePreset(preset);
}

/** The algorithm that was named, by itself or by a preset. */
function askedAlgorithm(options: DiscoverCommandOptions): AlgorithmName | undefined {
  const preset = presetOf(options);
  if (preset) return preset.algorithm;
  const { algorithm } = options;
  return algorithm === undefined ? undefined : requireAlgorithm(algorithm);
}
