import { suggest } from "@autocircuit/base";
import type { KnownCircuit } from "@autocircuit/circuits";
import type { AblationType, LoadedTask } from "@autocircuit/core";
import {
  ACDC_UP_TO,
  type AlgorithmName,
  ablationFor,
  algorithms,
  type CurveDetail,
  FOR_LARGE_GRAPHS,
  optionOf,
  outputsNumbers,
  type Preset,
  type PresetName,
  presets,
  type Ranking,
  USUAL_KEEP,
} from "@autocircuit/discovery";
import type { KeepingOptions } from "../support/kept-latents.ts";
import { UsageError } from "../support/usage-error.ts";
import { type AskedSize, edgesAsked } from "./asked-size.ts";
import { chooseSubject } from "./choose-subject.ts";
import { FLAGS, givenOptions } from "./given-options.ts";
import type { DiscoverCommandOptions } from "./options.ts";
import type { RunShape } from "./require-memory.ts";
import type { Subject } from "./subject.ts";

/** Minutes that the search for few edges may take. */
const USUAL_BUDGET = 10;
/** Share of the logit difference to keep where a ready-made task runs on a model whose circuit is not known. */
const USUAL_FAITHFUL = 0.9;

/** What papers call edge attribution; the package has a function of that name. */
const EAP = "eap";

/** What a discovery run is to do. */
export interface DiscoverSettings {
  subject: Subject;
  /** Undefined: several, of which the best counts. */
  algorithm: AlgorithmName | undefined;
  /** Whether nothing on the command line says which algorithm, so that {@link fitToGraph} may choose another. */
  bySize: boolean;
  /** Options of the algorithm that were given on the command line. */
  given: Readonly<Record<string, unknown>>;
  ablation: AblationType;
  byToken: boolean;
  seed: number;
  /** The known circuit to compare with. */
  known: { name: string; circuit: KnownCircuit } | undefined;
  size: number | undefined;
  /** Leave out edges that lead nowhere. */
  prune: boolean;
  /** Share of the answers that the circuit is to keep; its size follows from it. */
  keep: number | undefined;
  /** Share of the logit difference that the beginning of the ranking is to keep; its size follows from it. */
  faithful: number | undefined;
  /** Random changes in search of a smaller circuit; by default as many as suit the graph. */
  tries: number | undefined;
  /** Seconds for the search for few edges. */
  seconds: number;
  /** How edges are chosen by their scores. */
  select: NonNullable<DiscoverCommandOptions["select"]>;
  /** What makes an edge important: the size of its score, or the score itself. */
  rank: Ranking;
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

/** The same before there is a graph of whose edges the size may be a share. */
export interface AskedSettings extends Omit<DiscoverSettings, "size"> {
  size: AskedSize | undefined;
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
  return settingsWith(algorithmNamed(options), chooseSubject(taskName, options), options);
}

/**
 * The same settings with what suits the model that was loaded: the algorithm for its graph's size, where none was asked for, no known
 * circuit, where it belongs to a model of another shape, and the size as a number of edges.
 *
 * @throws UsageError for a size that the graph does not have
 * @returns the settings, and a line that says what was chosen where that is not the usual
 */
export function fitToGraph(
  settings: AskedSettings,
  task: LoadedTask,
  options: DiscoverCommandOptions,
): { settings: DiscoverSettings; note: string | undefined } {
  const { edgeCount } = task.model.graph;
  const { settings: fitting, note } = fitAlgorithm(settings, task, options);
  const { size } = fitting;
  return { settings: { ...fitting, size: size === undefined ? undefined : edgesAsked(size, edgeCount) }, note };
}

function fitAlgorithm(
  settings: AskedSettings,
  task: LoadedTask,
  options: DiscoverCommandOptions,
): { settings: AskedSettings; note: string | undefined } {
  const { edgeCount } = task.model.graph;
  // Without a size for the circuit edge attribution needs right answers to keep; numbers are never just right.
  const sized = settings.known !== undefined || settings.size !== undefined || !outputsNumbers(task);
  const large = settings.bySize && edgeCount > ACDC_UP_TO && sized;
  const { bySize } = settings;
  if (settings.known !== undefined && task.knownEdges === null) {
    const algorithm = large ? FOR_LARGE_GRAPHS : settings.algorithm;
    const subject = { ...settings.subject, circuits: {} };
    const fitting = { ...settingsWith(algorithm, subject, options, USUAL_FAITHFUL), bySize };
    return { settings: fitting, note: large ? largeNote(edgeCount) : undefined };
  }
  if (!large) return { settings, note: undefined };
  return {
    settings: { ...settingsWith(FOR_LARGE_GRAPHS, settings.subject, options), bySize },
    note: largeNote(edgeCount),
  };
}

function largeNote(edgeCount: number): string {
  const count = (edges: number) => edges.toLocaleString("en-US");
  return (
    `algorithm: ${FOR_LARGE_GRAPHS}, as the graph has ${count(edgeCount)} edges; acdc, which runs the model for every edge, is the ` +
    `default up to ${count(ACDC_UP_TO)} (--algorithm acdc)`
  );
}

function settingsWith(
  algorithm: AlgorithmName | undefined,
  subject: Subject,
  options: DiscoverCommandOptions,
  usualFaithful?: number,
): AskedSettings {
  const { select = "top", rank = "absolute", selectSeconds } = options;
  const { size, prune = false, tries, byToken = false, seed } = options;
  const sizes = (["size", "keep", "faithful"] as const).filter((name) => options[name] !== undefined);
  if (sizes.length > 1)
    throw new UsageError(`Give either --${sizes.join(" or --")}: each says how large the circuit is to be.`);
  const asked = options.ablation as AblationType | undefined;
  const preset = presetOf(options)?.options ?? {};
  const own = { ...preset, ...(asked && "ablation" in preset && { ablation: asked }) };
  const given = algorithm === undefined ? {} : { ...own, ...givenOptions(algorithm, options) };
  const ablation = ablationFor(algorithm, given, asked);
  const bySize = algorithm === "acdc" && options.algorithm === undefined && Object.keys(given).length === 0;
  const known = knownCircuit(subject, options.circuit, ablation);
  const open = known === undefined && algorithm !== "acdc" && sizes.length === 0;
  const faithful = options.faithful ?? (open ? usualFaithful : undefined);
  const keep = options.keep ?? (open && faithful === undefined ? USUAL_KEEP : undefined);
  if (select !== "top" && keep !== undefined)
    throw new UsageError(
      `--select ${select} chooses so many edges by their scores: give --size${options.keep === undefined ? "" : " instead of --keep"}.`,
    );
  if (rank === "signed" && (keep ?? faithful) !== undefined)
    throw new UsageError(
      `--rank signed chooses so many edges by their scores: give --size${sizes.length === 0 ? "" : ` instead of --${sizes[0]}`}.`,
    );
  if (selectSeconds !== undefined && select !== "exact")
    throw new UsageError("--select-seconds limits an exact selection: give --select exact too.");
  if (tries !== undefined && keep === undefined)
    throw new UsageError("--tries looks for smaller circuits that keep enough: give --keep too.");
  if (options.budget !== undefined && keep === undefined)
    throw new UsageError("--budget limits the search for few edges that keep enough: give --keep too.");
  return {
    ...{ subject, algorithm, bySize, given, ablation, byToken, seed, known, size, prune, keep, faithful, tries },
    seconds: 60 * (options.budget ?? USUAL_BUDGET),
    select,
    rank,
    selectSeconds,
    bootstrap: options.bootstrap,
    test: options.test ?? false,
    resume: options.resume ?? false,
    curve: options.curve ?? "quick",
    out: options.out ?? `circuit-reports/${subject.name}${byToken ? "-by-token" : ""}`,
  };
}

/** The preset that was named. @throws UsageError for one that does not exist, or an algorithm beside it */
function presetOf({ preset, algorithm }: DiscoverCommandOptions): Preset | undefined {
  if (preset === undefined) return undefined;
  if (algorithm !== undefined)
    throw new UsageError("Give either --preset or --algorithm: each names what ranks the edges.");
  if (Object.hasOwn(presets, preset)) return presets[preset as PresetName];
  throw new UsageError(`There is no preset "${preset}". ${suggest(preset, Object.keys(presets))}`);
}

/** The algorithm that was named; ACDC if none was, or undefined where the search for few edges starts from several. */
function algorithmNamed(options: DiscoverCommandOptions): AlgorithmName | undefined {
  const { keep, set } = options;
  const algorithm = options.algorithm === EAP ? "edge-attribution" : options.algorithm;
  const preset = presetOf(options);
  if (preset) return preset.algorithm;
  if (algorithm === undefined) {
    if (keep === undefined) return "acdc";
    const given = FLAGS.find(([name]) => options[name] !== undefined);
    const flag = given?.[1] ?? (set.length > 0 ? "--set" : undefined);
    if (flag === undefined) return undefined;
    throw new UsageError(`${flag} is for one algorithm, and --keep tries several: name one with --algorithm.`);
  }
  if (Object.hasOwn(algorithms, algorithm)) return algorithm as AlgorithmName;
  throw new UsageError(`There is no algorithm "${algorithm}". ${suggest(algorithm, Object.keys(algorithms))}`);
}

function knownCircuit(
  { name, circuits }: Subject,
  asked: string | undefined,
  ablation: AblationType,
): DiscoverSettings["known"] {
  const names = Object.keys(circuits);
  if (names.length === 0) {
    if (asked === undefined) return undefined;
    throw new UsageError(`--circuit ${asked}: no circuit is known for ${name}. Leave it out.`);
  }
  // Zero ablation needs more edges than resampling does: the known circuits say which.
  const fitting = ablation === "zero" && names.includes("acdc") ? "acdc" : names[0]!;
  const chosen = asked ?? fitting;
  const circuit = circuits[chosen];
  if (circuit) return { name: chosen, circuit };
  throw new UsageError(`${name} has no circuit "${chosen}". ${suggest(chosen, names)}`);
}

/** How a run on a graph of so many edges uses memory. @throws UsageError for a size that the graph does not have */
export function runShape(
  { algorithm, given, bySize, known, size, keep, faithful }: AskedSettings,
  edgeCount: number,
): RunShape {
  if (size !== undefined) edgesAsked(size, edgeCount);
  if (bySize && edgeCount > ACDC_UP_TO)
    return { circuits: 1, sliced: known !== undefined || size !== undefined || faithful !== undefined };
  const largest = given.largestBatch ?? (algorithm && optionOf(algorithm, "largestBatch")?.default);
  const circuits = typeof largest === "number" ? largest : 1;
  return { circuits, sliced: keep === undefined && algorithm !== "acdc" };
}
