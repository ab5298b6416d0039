import { signature } from "@autocircuit/base";
import { type AblationType, type LoadedTask, requireSameGraph } from "@autocircuit/core";
import type { AlgorithmName } from "../algorithms.ts";
import { USUAL_KEEP } from "../fewest-edges/fewest-edges.ts";
import { edgesOfShare } from "../selection/circuit-size.ts";
import { algorithmAsked, bad, requireCompatibleOptions, requireSearch, requireSized } from "./compatible-options.ts";
import { type FindCircuitOptions, findCircuitOptions } from "./find-circuit-options.ts";
import { ablationFor } from "./fitting-options.ts";
import { fittingProblem } from "./fitting-problem.ts";
import { ACDC_UP_TO, type AlgorithmRun, FOR_LARGE_GRAPHS, startingAlgorithms } from "./starting-algorithms.ts";
import { outlineOf, plannedTask, type TaskOutline } from "./task-outline.ts";

/** A size in a graph that is known. */
type PlannedSize = Exclude<FindCircuitOptions["size"], { readonly share: number }>;

/** What is to be run, and how large the circuit is to be. */
export interface Plan {
  /** Undefined where several algorithms are tried. */
  readonly algorithm: AlgorithmName | undefined;
  readonly runs: readonly AlgorithmRun[];
  readonly ablation: AblationType;
  /** Edges in the circuit, or what chooses their number by the scores. */
  readonly size: PlannedSize;
  readonly faithful: number | undefined;
  readonly keep: number | undefined;
}

/** Share of the logit difference to keep where a circuit of the task is known, but in other graphs: such tasks have wrong answers to compare with. */
export const USUAL_FAITHFUL = 0.9;

const check = signature("planOf", { task: plannedTask }, findCircuitOptions);

/**
 * What {@link findCircuit} runs for a task, where not all of it was said: the algorithm by the graph's size, the ablation by the algorithm, the
 * circuit's size by what is known of the task. An outline of the task will do, so that it can be asked before a model is loaded.
 *
 * @throws AutocircuitError `bad-input` for options that exclude each other, or that do not suit the task
 * @example
 * const { algorithm, keep } = planOf(task);
 * console.log(algorithm ?? "several algorithms", keep === undefined ? "" : `for a circuit that keeps ${keep} of the answers`);
 */
export function planOf(task: LoadedTask | TaskOutline, options: FindCircuitOptions = {}): Plan {
  check({ task }, options);
  requireCompatibleOptions(options);
  const { options: given = {} } = options;
  const { graph, config, hasKnownCircuit: known = false, knownElsewhere = false } = outlineOf(task);
  const { edgeCount } = graph;
  const size = plannedSize(options.size, edgeCount);
  const numbers = config.dVocabOut === 1;
  for (const { algorithm: of, scores } of options.resume?.rankings ?? [])
    requireSameGraph(scores.graph, graph, `\`resume\`: the scores of ${of} are`);
  // Without a size for the circuit edge attribution needs right answers to keep; numbers are never just right.
  const sized = known || size !== undefined || !numbers;
  const usual = edgeCount <= ACDC_UP_TO || !sized ? "acdc" : FOR_LARGE_GRAPHS;
  const several = options.algorithm === undefined && options.keep !== undefined;
  const algorithm = several ? undefined : (algorithmAsked(options) ?? usual);
  const ablation = ablationFor(algorithm, given, options.ablation);
  const problem = algorithm && fittingProblem({ algorithm, options: given }, task);
  if (problem) throw bad(problem);
  const asked = (["size", "faithful", "keep"] as const).find((name) => options[name] !== undefined);
  const open = !known && algorithm !== "acdc" && asked === undefined;
  const faithful = options.faithful ?? (open && knownElsewhere ? USUAL_FAITHFUL : undefined);
  const keep = options.keep ?? (open && faithful === undefined ? USUAL_KEEP : undefined);
  if (numbers && (keep ?? faithful) !== undefined)
    throw bad(
      "The model gives a number, which is never just right or wrong and has no logit difference: instead of `keep` or `faithful` give `size`.",
    );
  requireSearch(options, keep);
  const { select = "top", rank = "absolute" } = options;
  requireSized({ select, rank, keep, faithful, asked });
  if (select === "exact") requireSingleEdges(graph, size);
  return {
    algorithm,
    runs: algorithm ? [[algorithm, given]] : startingAlgorithms(edgeCount),
    ablation,
    size,
    faithful,
    keep,
  };
}

/** A size as a number of edges, where it is known. @throws AutocircuitError `bad-input` for more edges than there are, and for less than one */
function plannedSize(size: FindCircuitOptions["size"], edgeCount: number): PlannedSize {
  if (typeof size === "number" && size > edgeCount)
    throw bad(`\`size\` ${size} is more than the graph has: give at most ${edgeCount}.`);
  if (typeof size !== "object") return size;
  const count = edgesOfShare(size.share, edgeCount);
  if (count >= 1) return count;
  throw bad(
    `\`size: { share: ${size.share} }\` of the graph's ${edgeCount} edges is less than one: give a larger share.`,
  );
}

/** Holds that an exact selection can be made, before anything is computed. */
function requireSingleEdges({ factorized, seqLen }: TaskOutline["graph"], size: PlannedSize): void {
  if (!factorized || seqLen !== null)
    throw bad(
      `\`select: "exact"\` needs a graph of single edges ${seqLen === null ? "(a factorised one)" : "that is not by token (leave `byToken` out)"}, or take \`select: "greedy"\`.`,
    );
  if (size === 0) throw bad('`select: "exact"` with `size: 0`: a connected circuit has at least one edge.');
}
