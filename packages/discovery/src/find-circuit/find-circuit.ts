import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import {
  type AblationType,
  type Circuit,
  coreKinds,
  type LoadedTask,
  type PruneScores,
  requireSameGraph,
} from "@autocircuit/core";
import { type AlgorithmName, algorithms } from "../algorithms.ts";
import {
  type ResumableOptions,
  type RunningSearch,
  resumableOptions,
  type SearchState,
} from "../long-search/search-state.ts";
import { ablationFor, fittingOptions, outputsNumbers, trainsAblation } from "./fitting-options.ts";
import { type KeptCircuit, keepAnswers } from "./keep-answers.ts";
import { ACDC_UP_TO, type AlgorithmRun, FOR_LARGE_GRAPHS, startingAlgorithms, tooLong } from "./starting-algorithms.ts";

/** Options of {@link findCircuit}. */
export interface FindCircuitOptions {
  /** Default: ACDC for graphs of up to 2,000 edges, edge attribution above; with `keep` several, and the best counts. */
  readonly algorithm?: AlgorithmName | undefined;
  /** Options of the algorithm; others have defaults that suit the task. Its seed is {@link seed}. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  /** What removed edges take, for the algorithm and in measuring. Default: the algorithm's, mostly `"resample"`. */
  readonly ablation?: AblationType | undefined;
  /**
   * Edges in the circuit, or what chooses their number by the scores. Default: as many as the task's known circuit has; of ACDC, what no
   * threshold removes.
   */
  readonly size?: number | ((scores: PruneScores) => Promise<number>) | undefined;
  /** Share of the right answers that the circuit is to keep; its size follows from it. Default 0.99 where nothing else says a size. */
  readonly keep?: number | undefined;
  /** With `keep`: random changes in search of a smaller circuit. Default: 20 for graphs of up to 1,000 edges, else none. */
  readonly tries?: number | undefined;
  /** With `keep`: seconds to spend, what ranks the edges included. Default: no limit. */
  readonly seconds?: number | undefined;
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each step of what runs. */
  readonly onProgress?: ((progress: StepProgress) => void) | undefined;
  /** Called when a ranking is finished, and when a search begins that can be looked at while it runs. */
  readonly onChange?: ((soFar: FoundSoFar) => void) | undefined;
  /** What an earlier run for the same task and options had found. */
  readonly resume?: ResumedDiscovery | undefined;
}

/** How far one of the steps is. */
export interface StepProgress {
  /** The algorithm that runs, or `fewest edges`. */
  readonly step: string;
  readonly done: number;
  readonly total: number;
  /** Seconds after which it ends in any case; infinite without a limit. */
  readonly most: number;
}

/** Scores that an algorithm gave. */
export interface Ranked {
  readonly algorithm: string;
  readonly scores: PruneScores;
  /** What it took. */
  readonly seconds: number;
}

/** What there is while a circuit is looked for. */
export interface FoundSoFar {
  readonly rankings: readonly Ranked[];
  /** The search that runs now, if it is one that can go on later. */
  readonly search: RunningSearch | undefined;
}

/** What an earlier run had found. */
export interface ResumedDiscovery {
  readonly rankings?: readonly Ranked[] | undefined;
  readonly search?: SearchState | undefined;
}

/** A circuit and where it comes from. */
export interface FoundCircuit {
  readonly circuit: Circuit;
  /** The circuit is that of these scores. */
  readonly scores: PruneScores;
  /** Scores of the algorithms that the circuit was looked for from; just {@link scores} unless its size follows from what it keeps. */
  readonly rankings: readonly PruneScores[];
  /** The algorithm that gave {@link scores}. */
  readonly algorithm: string;
  /** Options of the algorithm. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What removed edges took. */
  readonly ablation: AblationType;
  readonly keep?: KeptCircuit | undefined;
  /** What it took, the ranking of edges included. */
  readonly seconds: number;
  /** What the reader should know: what was left out for want of time, where edges were scored with another ablation than {@link ablation}. */
  readonly notes: readonly string[];
}

const ranked = kind.shape("a ranking", { algorithm: kind.text, scores: coreKinds.pruneScores, seconds: kind.finite });

const check = signature("findCircuit", { task: coreKinds.loadedTask }, {
  algorithm: kind.oneOf(Object.keys(algorithms)),
  options: kind.record,
  ablation: coreKinds.ablationName,
  size: kind.either(kind.whole, kind.callback),
  keep: kind.share,
  tries: kind.whole,
  seconds: kind.positive,
  seed: kind.whole,
  signal: kind.signal,
  onProgress: kind.callback,
  onChange: kind.callback,
  resume: kind.shape("what an earlier run had found, such as { rankings, search }", {
    rankings: kind.optional(kind.listOf(ranked)),
    search: kind.optional(resumableOptions.resume),
  }),
} satisfies KindsOf<FindCircuitOptions>);

/**
 * Finds the circuit of a task: ranks the edges by an algorithm and takes as many as asked for, as the known circuit has, or as are needed to
 * keep a share of the right answers. What is not said is chosen to suit the graph and the outputs.
 *
 * @throws AutocircuitError `bad-input` for options that exclude each other, and what the algorithms throw; `aborted`
 *
 * @example
 * await using task = await tasks["tracr-reverse"]!.load();
 * const { circuit, keep } = await findCircuit(task, { keep: 0.9, seconds: 600 });
 */
export async function findCircuit(task: LoadedTask, options: FindCircuitOptions = {}): Promise<FoundCircuit> {
  check({ task }, options);
  const plan = planOf(task, options);
  const { keep, ablation } = plan;
  const { seconds = Number.POSITIVE_INFINITY, seed = 0, signal, onProgress, onChange, resume } = options;
  const started = performance.now();
  const left = () => Math.max(1e-3, seconds - (performance.now() - started) / 1000);
  const rankings: Ranked[] = [];
  const notes: string[] = [];
  if (trainsAblation(options.options ?? {}))
    notes.push(
      `Edges were scored with trained values in the place of ablated ones; the circuit is measured with ${ablation} ablation.`,
    );
  let chosen: Record<string, unknown> = {};
  /** Options that let a search be followed, stopped and resumed. */
  const resumable = (algorithm: string): ResumableOptions => ({
    onSearch: (search) => onChange?.({ rankings, search }),
    ...(resume?.search?.algorithm === algorithm && { resume: resume.search }),
  });
  for (const run of plan.runs) {
    const [name, given] = run;
    const attribution = rankings.find(({ algorithm }) => algorithm === "edge-attribution")?.seconds;
    const why = keep === undefined || plan.named ? undefined : tooLong(run, attribution, seconds);
    if (why) notes.push(why);
    if (why) continue;
    const fitting = fittingOptions(name, task, { given, ablation });
    if (plan.named) chosen = fitting;
    const known = resume?.rankings?.find(({ algorithm }) => algorithm === name);
    const began = performance.now();
    const scores =
      known?.scores ?? (await runAlgorithm(name, task, { ...fitting, seed, signal }, onProgress, resumable));
    rankings.push(known ?? { algorithm: name, scores, seconds: (performance.now() - began) / 1000 });
    onChange?.({ rankings, search: undefined });
  }
  const all = rankings.map(({ scores }) => scores);
  const rest = () => ({ ablation, seconds: (performance.now() - started) / 1000, notes });
  if (keep === undefined) {
    const scores = all[0]!;
    const circuit = await circuitOf(task, scores, plan);
    return { circuit, scores, rankings: all, algorithm: plan.runs[0]![0], options: chosen, ...rest() };
  }
  const most = left();
  const kept = await keepAnswers(task, all, {
    ...{ keep, ablation, tries: options.tries, seed, signal },
    ...(Number.isFinite(seconds) && { seconds: most }),
    ...resumable("fewest-edges"),
    onProgress: (progress) => onProgress?.({ step: "fewest edges", ...progress, most }),
  });
  const { circuit, scores } = kept.found;
  const { tries } = kept.keep;
  const about = { algorithm: "fewest-edges", options: { ...chosen, keep, tries }, keep: kept.keep };
  return { circuit, scores, rankings: all, ...about, ...rest() };
}

async function runAlgorithm(
  name: AlgorithmName,
  task: LoadedTask,
  options: object,
  onProgress: FindCircuitOptions["onProgress"],
  resumable: (algorithm: string) => ResumableOptions,
): Promise<PruneScores> {
  const { discover } = algorithms[name];
  return discover(task.model, task.train, {
    ...options,
    ...("resumable" in algorithms[name] && resumable(name)),
    onProgress: ({ done, total }: { done: number; total: number }) =>
      onProgress?.({ step: name, done, total, most: Number.POSITIVE_INFINITY }),
  } as never);
}

/** What is to be run, and how large the circuit is to be. */
interface Plan {
  /** Undefined where several algorithms are tried. */
  readonly named: AlgorithmName | undefined;
  readonly runs: readonly AlgorithmRun[];
  readonly ablation: AblationType;
  readonly size: FindCircuitOptions["size"];
  readonly keep: number | undefined;
}

/** Options that every algorithm gets from here. */
const OWN_OPTIONS: ReadonlySet<string> = new Set(["seed", "signal", "onProgress", "onSearch", "resume"]);

/** Share of the answers to keep where neither a size nor a known circuit says how large the circuit should be. */
export const USUAL_KEEP = 0.99;

/** @throws AutocircuitError `bad-input` */
function planOf(task: LoadedTask, { algorithm, options = {}, size, tries, ...asked }: FindCircuitOptions): Plan {
  const bad = (reason: string) => new AutocircuitError("bad-input", reason);
  const { edgeCount } = task.model.graph;
  if (size !== undefined && asked.keep !== undefined)
    throw bad("Give either `size` or `keep`: each says how large the circuit is to be.");
  if (typeof size === "number" && size > edgeCount)
    throw bad(`\`size\` ${size} is more than the graph has: give at most ${edgeCount}.`);
  const mine = Object.keys(options).find((name) => OWN_OPTIONS.has(name));
  if (mine !== undefined)
    throw bad(`\`options.${mine}\`: \`${mine}\` is an option of findCircuit itself, not of the algorithm alone.`);
  for (const { algorithm: of, scores } of asked.resume?.rankings ?? [])
    requireSameGraph(scores.graph, task.model.graph, `\`resume\`: the scores of ${of} are`);
  const several = algorithm === undefined && asked.keep !== undefined;
  if (several && Object.keys(options).length > 0)
    throw bad("`options` are for one algorithm, and `keep` tries several: name one with `algorithm`.");
  // Without a size for the circuit edge attribution needs right answers to keep; numbers are never just right.
  const sized = task.knownEdges !== null || size !== undefined || !outputsNumbers(task);
  const usual = edgeCount <= ACDC_UP_TO || !sized ? "acdc" : FOR_LARGE_GRAPHS;
  const named = several ? undefined : (algorithm ?? usual);
  const ablation = ablationFor(named, options, asked.ablation);
  const open = task.knownEdges === null && named !== "acdc" && size === undefined;
  const keep = asked.keep ?? (open ? USUAL_KEEP : undefined);
  if (keep === undefined && (tries !== undefined || asked.seconds !== undefined))
    throw bad("`tries` and `seconds` are for the search for few edges: give `keep` too.");
  return { named, runs: named ? [[named, options]] : startingAlgorithms(edgeCount), ablation, size, keep };
}

/** The circuit: as many edges as asked for or as the known circuit has; of ACDC, what no threshold removed. */
async function circuitOf({ knownEdges }: LoadedTask, scores: PruneScores, { named, size }: Plan): Promise<Circuit> {
  if (size !== undefined) return scores.circuit(typeof size === "number" ? size : await size(scores));
  return named === "acdc" ? scores.circuitAt(Number.POSITIVE_INFINITY) : scores.circuit(knownEdges!.length);
}
