import { suggest } from "@autocircuit/base";
import type { KnownCircuit } from "@autocircuit/circuits";
import type { AblationType, LoadedTask } from "@autocircuit/core";
import { type AlgorithmName, algorithms, type OptionSpec } from "@autocircuit/discovery";
import { UsageError } from "../support/usage-error.ts";
import { chooseSubject } from "./choose-subject.ts";
import { FLAGS, givenOptions } from "./given-options.ts";
import type { DiscoverCommandOptions } from "./options.ts";
import type { RunShape } from "./require-memory.ts";
import type { Subject } from "./subject.ts";

/** Share of the answers to keep where neither a size nor a known circuit says how large the circuit should be. */
const USUAL_KEEP = 0.99;

/** Up to this many edges ACDC, which looks at every single one, is used where no algorithm is named. */
export const ACDC_UP_TO = 2000;
/** What is used on larger graphs: one forward and one backward pass a batch, whatever the number of edges. */
const FOR_LARGE_GRAPHS = "edge-attribution";

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
  /** Random changes in search of a smaller circuit; by default as many as suit the graph. */
  tries: number | undefined;
  out: string;
}

/**
 * Settings from the options.
 *
 * @throws UsageError for a subject, circuit, algorithm or option of it that does not exist, and for options that exclude each other
 */
export function discoverSettings(taskName: string | undefined, options: DiscoverCommandOptions): DiscoverSettings {
  return settingsWith(algorithmNamed(options), taskName, options);
}

/**
 * The same settings with the algorithm that suits the graph's size, where none was asked for.
 *
 * @returns the settings, and a line that says what was chosen where that is not the usual
 */
export function fitToGraph(
  settings: DiscoverSettings,
  task: LoadedTask,
  taskName: string | undefined,
  options: DiscoverCommandOptions,
): { settings: DiscoverSettings; note: string | undefined } {
  const { edgeCount } = task.model.graph;
  // Without a size for the circuit edge attribution needs right answers to keep; numbers are never just right.
  const sized = settings.known !== undefined || settings.size !== undefined || !outputsNumbers(task);
  if (!settings.bySize || edgeCount <= ACDC_UP_TO || !sized) return { settings, note: undefined };
  const count = (edges: number) => edges.toLocaleString("en-US");
  return {
    settings: { ...settingsWith(FOR_LARGE_GRAPHS, taskName, options), bySize: true },
    note:
      `algorithm: ${FOR_LARGE_GRAPHS}, as the graph has ${count(edgeCount)} edges; acdc, which runs the model for every edge, is the ` +
      `default up to ${count(ACDC_UP_TO)} (--algorithm acdc)`,
  };
}

function settingsWith(
  algorithm: AlgorithmName | undefined,
  taskName: string | undefined,
  options: DiscoverCommandOptions,
): DiscoverSettings {
  const { size, prune = false, tries, byToken = false, seed } = options;
  if (size !== undefined && options.keep !== undefined)
    throw new UsageError("Give either --size or --keep: each says how large the circuit is to be.");
  const ablation = (options.ablation ??
    (algorithm && optionOf(algorithm, "ablation")?.default) ??
    "resample") as AblationType;
  const given = algorithm === undefined ? {} : givenOptions(algorithm, options);
  const subject = chooseSubject(taskName, options);
  const bySize = algorithm === "acdc" && options.algorithm === undefined && Object.keys(given).length === 0;
  const known = knownCircuit(subject, options.circuit, ablation);
  const usual = known === undefined && algorithm !== "acdc" && size === undefined ? USUAL_KEEP : undefined;
  const keep = options.keep ?? usual;
  if (tries !== undefined && keep === undefined)
    throw new UsageError("--tries looks for smaller circuits that keep enough: give --keep too.");
  return {
    ...{ subject, algorithm, bySize, given, ablation, byToken, seed, known, size, prune, keep, tries },
    out: options.out ?? `circuit-reports/${subject.name}${byToken ? "-by-token" : ""}`,
  };
}

/** The algorithm that was named; ACDC if none was, or undefined where the search for few edges starts from several. */
function algorithmNamed(options: DiscoverCommandOptions): AlgorithmName | undefined {
  const { algorithm, keep, set } = options;
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
  // Zero ablation needs more edges than resampling does: the published circuits say which.
  const fitting = ablation === "zero" && names.includes("acdc") ? "acdc" : names[0]!;
  const chosen = asked ?? fitting;
  const circuit = circuits[chosen];
  if (circuit) return { name: chosen, circuit };
  throw new UsageError(`${name} has no circuit "${chosen}". ${suggest(chosen, names)}`);
}

/** The options of the algorithm: those given, and defaults that suit the task (a model that gives one number has no distribution). */
export function algorithmOptions(
  algorithm: AlgorithmName,
  loaded: LoadedTask,
  { given, ablation }: Pick<DiscoverSettings, "given" | "ablation">,
): Record<string, unknown> {
  const numbers = outputsNumbers(loaded);
  const defaults = {
    taus: [1e-3],
    target: numbers ? "mse" : "kl_div",
    answerFunction: numbers ? "mse" : "avg_diff",
    ablation,
    // Only "ground-truth" must be told a circuit: the known one, if there is one.
    ...(optionOf(algorithm, "edges")?.required && loaded.trueEdges && { edges: loaded.trueEdges }),
  };
  const fitting = Object.entries(defaults).filter(([name]) => optionOf(algorithm, name) !== undefined);
  return { ...Object.fromEntries(fitting), ...given };
}

/** Whether the model gives one number a position, which is no distribution. */
export function outputsNumbers({ model }: LoadedTask): boolean {
  return model.config.dVocabOut === 1;
}

/** @throws UsageError when the circuit is to have more edges than the graph has */
export function requireSize({ size }: Pick<DiscoverSettings, "size">, edgeCount: number): void {
  if (size === undefined || size <= edgeCount) return;
  throw new UsageError(`--size ${size} is more than the graph has: give at most ${edgeCount}.`);
}

/** How a run on a graph of so many edges uses memory. */
export function runShape(
  { algorithm, given, bySize, known, size, keep }: DiscoverSettings,
  edgeCount: number,
): RunShape {
  requireSize({ size }, edgeCount);
  if (bySize && edgeCount > ACDC_UP_TO) return { circuits: 1, sliced: known !== undefined || size !== undefined };
  const largest = given.largestBatch ?? (algorithm && optionOf(algorithm, "largestBatch")?.default);
  const circuits = typeof largest === "number" ? largest : 1;
  return { circuits, sliced: keep === undefined && algorithm !== "acdc" };
}

function optionOf(algorithm: AlgorithmName, name: string): OptionSpec | undefined {
  return (algorithms[algorithm].options as readonly OptionSpec[]).find((option) => option.name === name);
}
