import { signature, USUAL_SEED } from "@autocircuit/base";
import {
  type Circuit,
  coreKinds,
  type DiscoveredCircuit,
  equalPairs,
  type LoadedTask,
  type PruneScores,
  rankedAs,
  requireDifferentPairs,
} from "@autocircuit/core";
import { type AlgorithmName, algorithms } from "../algorithms.ts";
import { SearchClock } from "../long-search/search-clock.ts";
import type { ResumableOptions } from "../long-search/search-state.ts";
import { type SelectedCircuit, type Selection, selectCircuit } from "../selection/select-circuit.ts";
import { danglingEdges } from "./dangling-edges.ts";
import { askedByPlan, requireSameDiscovery } from "./discovery-asked.ts";
import { requireDiscoveryMemory } from "./discovery-memory.ts";
import { type FaithfulSize, faithfulSize } from "./faithful-size.ts";
import { type FindCircuitOptions, findCircuitOptions, type Ranked } from "./find-circuit-options.ts";
import { fittingOptions, trainsAblation } from "./fitting-options.ts";
import { type KeptCircuit, keepAnswers, requireAnswers } from "./keep-answers.ts";
import { type Plan, planOf } from "./plan-circuit.ts";
import { scoreNotes } from "./score-notes.ts";
import { type AlgorithmRun, tooLong } from "./starting-algorithms.ts";

/** A circuit and where it comes from: what files keep of it, and what else is known as it is found. */
export interface FoundCircuit extends DiscoveredCircuit {
  /** With the edges that `prune` left out of {@link circuit}: all that was chosen. */
  readonly selected: Circuit;
  /** How many of the edges chosen lead nowhere, see `pruneCircuit`. */
  readonly dangling: number;
  /** The circuit is that of these scores, which say what ranked them (`rankOfScores`). */
  readonly scores: PruneScores;
  /** Scores of the algorithms that the circuit was looked for from; just {@link scores} unless its size follows from what it keeps. */
  readonly rankings: readonly PruneScores[];
  /** How edges were chosen by {@link scores}; undefined where the circuit is what keeps enough of the answers. */
  readonly select?: Selection | undefined;
  readonly keep?: KeptCircuit | undefined;
  /** With `faithful`: how many edges keep enough. */
  readonly faithful?: FaithfulSize | undefined;
  /** Edges that the circuit was to have; equal scores make one by their size larger. Undefined where nothing says so. */
  readonly size?: number | undefined;
  /** Whether an exact selection's time ended first. */
  readonly unproven?: boolean | undefined;
  /** What it took, the ranking of edges included. */
  readonly seconds: number;
  /** What the reader should know: prompt pairs that say nothing, ties, edges that lead nowhere, what was left out for want of time. */
  readonly notes: readonly string[];
}

const check = signature("findCircuit", { task: coreKinds.loadedTask }, findCircuitOptions);

/**
 * Finds the circuit of a task: ranks the edges by an algorithm and takes as many as asked for, as the known circuit has, or as are needed to
 * keep a share of the right answers. What is not said is chosen to suit the graph and the outputs.
 *
 * @throws AutocircuitError `bad-input` for options that exclude each other, a `resume` of what was asked for otherwise, prompt pairs that are all equal with resample ablation, before edges
 *   are ranked where the model answers nothing right that could be kept, and what the algorithms throw; `out-of-memory` before it begins where it
 *   needs more than is free (`free`); `aborted`
 *
 * @example
 * await using task = await tasks["tracr-reverse"]!.load();
 * const { circuit, keep } = await findCircuit(task, { keep: 0.9, seconds: 600 });
 */
export async function findCircuit(task: LoadedTask, options: FindCircuitOptions = {}): Promise<FoundCircuit> {
  check({ task }, options);
  const plan = planOf(task, options);
  const { keep, ablation } = plan;
  const pairs = [...task.train.prompts, ...task.test.prompts];
  requireDifferentPairs(pairs, { ablation });
  const asked = askedByPlan(task, options, plan);
  if (options.resume) requireSameDiscovery(options.resume.asked, asked);
  await requireDiscoveryMemory(task, options);
  const { seconds = Number.POSITIVE_INFINITY, seed = USUAL_SEED, signal, onProgress, onChange, resume } = options;
  const started = performance.now();
  const left = () => Math.max(1e-3, seconds - (performance.now() - started) / 1000);
  if (keep !== undefined) await requireAnswers(task, signal);
  const rankings: Ranked[] = [];
  const notes = [...equalPairs(pairs, { ablation })];
  if (trainsAblation(options.options ?? {}))
    notes.push(
      `Edges were scored with trained values in the place of ablated ones; the circuit is measured with ${ablation} ablation.`,
    );
  let chosen: Record<string, unknown> = {};
  /** Options that let a search be followed, stopped and resumed. */
  const resumable = (algorithm: string): ResumableOptions => ({
    onSearch: (search) => onChange?.({ asked, rankings, search }),
    ...(resume?.search?.algorithm === algorithm && { resume: resume.search }),
  });
  for (const run of plan.runs) {
    const [name, options] = run;
    const known = resume?.rankings?.find(({ algorithm }) => algorithm === name);
    const attribution = rankings.find(({ algorithm }) => algorithm === "edge-attribution")?.seconds;
    const why =
      keep === undefined || plan.algorithm || known ? undefined : leftOut(run, { attribution, seconds, resume });
    if (why) notes.push(why);
    if (why) continue;
    const fitting = fittingOptions(name, task, { options, ablation });
    if (plan.algorithm) chosen = fitting;
    const began = performance.now();
    // One ranking there must be; others are given up where the time is over.
    using clock = new SearchClock(rankings.length > 0 && !known ? left() : Number.POSITIVE_INFINITY, signal);
    let scores = known && ofModel(known.scores, task);
    const done = await clock.within(async () => {
      const how = { ...fitting, seed, signal: clock.signal };
      scores ??= ofModel(await runAlgorithm(name, task, how, onProgress, resumable), task);
    });
    if (!done) notes.push(`${name} was left out: the time was over before it was done.`);
    if (!done || scores === undefined) continue;
    rankings.push({ algorithm: name, scores, seconds: known?.seconds ?? (performance.now() - began) / 1000 });
    notes.push(...(await scoreNotes(task, scores, { ...fitting, signal })));
    onChange?.({ asked, rankings, search: undefined });
  }
  const all = rankings.map(({ scores }) => scores);
  const rest = (chosen: Circuit) => {
    const { notes: dangle, ...edges } = danglingEdges(chosen, ablation, options.prune ?? false);
    return { ...edges, ablation, seed, seconds: (performance.now() - started) / 1000, notes: [...notes, ...dangle] };
  };
  if (keep === undefined) {
    const { rank = "absolute", select = "top" } = options;
    const scores = rankedAs(all[0]!, rank);
    const { circuit, ...selected } = await circuitOf(task, scores, plan, { ...options, rank });
    notes.push(...selected.notes);
    if (selected.unproven) notes.push("`selectSeconds` gives the search for the best circuit more time.");
    const about = { scores, rankings: [scores], algorithm: plan.runs[0]![0], options: chosen, select };
    return { ...selected, ...about, ...rest(circuit) };
  }
  const most = left();
  const kept = await keepAnswers(task, all, {
    ...{ keep, ablation, tries: options.tries, seed, signal },
    ...(Number.isFinite(seconds) && { seconds: most }),
    ...resumable("fewest-edges"),
    onProgress: ({ phase, ...progress }) => onProgress?.({ step: `fewest edges, ${phase}`, ...progress, most: left() }),
  });
  const { circuit } = kept.found;
  const scores = ofModel(kept.found.scores, task);
  const about = { algorithm: "fewest-edges", options: { ...chosen, keep, tries: kept.tries }, keep: kept.keep };
  return { scores, rankings: all, ...about, ...rest(circuit) };
}

/** Scores that say with which weights they were found, where that is known. */
function ofModel(scores: PruneScores, { model: { fingerprint } }: LoadedTask): PruneScores {
  return fingerprint === null ? scores : scores.withInfo({ ...scores.info, fingerprint });
}

/** Why a ranking that is not there yet is left out; undefined where it is to be made. */
function leftOut(
  run: AlgorithmRun,
  {
    attribution,
    seconds,
    resume,
  }: { attribution: number | undefined; seconds: number } & Pick<FindCircuitOptions, "resume">,
): string | undefined {
  // A search that had begun stands on the rankings that there were, however much time there is now.
  if (resume?.search?.algorithm === "fewest-edges" && resume.rankings?.length)
    return `${run[0]} was left out, as it was where the search began that this goes on with.`;
  return tooLong(run, attribution, seconds);
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

/** The circuit: as many edges as asked for, as keep enough or as the known circuit has; of ACDC, what no threshold removed. */
async function circuitOf(
  task: LoadedTask,
  scores: PruneScores,
  { algorithm, size, faithful: share, ablation }: Plan,
  { select, rank, selectSeconds: seconds, signal, onProgress }: FindCircuitOptions,
): Promise<SelectedCircuit & Pick<FoundCircuit, "faithful" | "size">> {
  const step = { step: "size", most: Number.POSITIVE_INFINITY };
  const faithful =
    share === undefined
      ? undefined
      : await faithfulSize(task, scores, {
          ...{ share, ablation, signal },
          onProgress: ({ done, total }) => onProgress?.({ ...step, done, total }),
        });
  const asked = typeof size === "function" ? await size(scores) : (size ?? faithful?.size);
  const usual = (select ?? "top") === "top" && rank === "absolute";
  if (asked === undefined && algorithm === "acdc" && usual)
    return { circuit: scores.circuitAt(Number.POSITIVE_INFINITY), unproven: false, notes: [] };
  const count = asked ?? task.knownEdges?.length ?? scores.circuitAt(Number.POSITIVE_INFINITY).size;
  return { ...(await selectCircuit(scores, count, { select, rank, seconds, signal })), faithful, size: count };
}
