import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import {
  type AblationType,
  Circuit,
  coreKinds,
  type EdgeRef,
  type LongOptions,
  type PatchableModel,
  type PromptLoader,
  type PruneScores,
  type Rank,
} from "@autocircuit/core";
import {
  MIB_SHARES,
  type MibAxis,
  type MibScores,
  mibScores,
  mibSizes,
  nothingToLose,
  promptScores,
  rocCurve,
  rocOfValues,
} from "@autocircuit/metrics";
import { selectGreedy } from "../selection/select-greedy.ts";
import { selectTop } from "../selection/select-top.ts";

/** How circuits of the benchmark's sizes are taken of scores. */
export type MibSelection = "top" | "greedy";

/** The names of these selections. */
export const mibSelections: readonly MibSelection[] = ["top", "greedy"];

/** Options of {@link measureMib}. */
export interface MeasureMibOptions extends LongOptions {
  /** What edges outside a circuit take. Default `"resample"`, as the benchmark has it. */
  readonly ablation?: AblationType | undefined;
  /** How circuits are made from scores: the edges that rank highest (default), or grown backwards from the output. Dead ends are pruned. */
  readonly select?: MibSelection | undefined;
  /** The circuit, where it is known. */
  readonly knownEdges?: Iterable<EdgeRef> | undefined;
}

/** A circuit of the benchmark's curve. */
export interface MibPoint {
  readonly share: number;
  /** Edges that the share stands for. */
  readonly asked: number;
  /** Edges of the circuit without dead ends: the benchmark's weighted edge count. */
  readonly size: number;
  /** Mean logit difference of the prompts. */
  readonly value: number;
  readonly faithfulness: number;
}

/** A curve and its areas. */
export interface MibCurve {
  readonly points: readonly MibPoint[];
  /** CPR, CMD and the mean of the faithfulnesses by axis. */
  readonly areas: Readonly<Record<MibAxis, Pick<MibScores, "cpr" | "cmd" | "average">>>;
}

/** What the Mechanistic Interpretability Benchmark's circuit track measures of scores. */
export interface MibMeasures {
  /** Mean logit difference of the full model and of the empty circuit. */
  readonly full: number;
  readonly empty: number;
  /** Circuits by signed scores: the benchmark's paper takes its CPR from these. */
  readonly signed: MibCurve;
  /** Circuits by absolute scores: the benchmark's paper takes its CMD from these. */
  readonly absolute: MibCurve;
  /** Area under the receiver operating characteristic against the known circuit, by signed and absolute scores; null without one. */
  readonly auroc: { readonly signed: number; readonly absolute: number } | null;
  /** What the reader should know: that the model does not do the task. */
  readonly notes: readonly string[];
}

const check = signature(
  "measureMib",
  { model: coreKinds.patchableModel, prompts: coreKinds.promptLoader, scores: coreKinds.pruneScores },
  {
    ...coreKinds.longOptions,
    ablation: coreKinds.ablationName,
    select: kind.oneOf(mibSelections),
    knownEdges: coreKinds.edges,
  } satisfies KindsOf<MeasureMibOptions>,
);

/**
 * Measures scores as the Mechanistic Interpretability Benchmark's circuit track does (Mueller et al. 2025, arXiv:2504.13151): the mean
 * logit difference of circuits of ten sizes, signed and absolute, between that of the full model and of the empty circuit. Cost: up to 22
 * forwards of the prompts.
 *
 * @throws AutocircuitError `bad-input` for prompts without wrong answers, infinite scores, scores of another graph, and where the full model
 *   and the empty circuit score alike, so that faithfulness has no unit
 *
 * @example
 * const { signed, absolute } = await measureMib(task.model, task.test, scores);
 * console.log(`CPR ${signed.areas.linear.cpr}, CMD ${absolute.areas.linear.cmd}`);
 */
export async function measureMib(
  model: PatchableModel,
  prompts: PromptLoader,
  scores: PruneScores,
  options: MeasureMibOptions = {},
): Promise<MibMeasures> {
  check({ model, prompts, scores }, options);
  const { ablation, select = "top", knownEdges, signal, onProgress } = options;
  const { graph, values } = scores;
  const infinite = values.findIndex((value) => !Number.isFinite(value));
  if (infinite >= 0)
    throw new AutocircuitError(
      "bad-input",
      `The score of edge ${graph.edge(infinite)} is ${values[infinite]}: the benchmark ranks edges, and infinite scores (such as ACDC's of edges that ` +
        "no threshold removes) leave their order open. Give these edges finite scores.",
    );
  const sizes = mibSizes(graph.edgeCount);
  const chosenBy = select === "greedy" ? selectGreedy : selectTop;
  const rankings = ["signed", "absolute"] as const satisfies readonly Rank[];
  const circuits = rankings.map((rank) => sizes.map((size) => chosenBy(scores, size, { rank })));
  const ends = [Circuit.where(graph, () => true), Circuit.of(graph, [])];
  // Both rankings often choose the same edges: the smallest circuits are pruned to nothing, the largest is the graph.
  const different = new Map([...ends, ...circuits.flat()].map((circuit) => [circuit.indices.join(), circuit]));
  const rows = await promptScores(model, prompts, [...different.values()], {
    ...{ score: "logit-diff", ablation, signal, onProgress },
  });
  const means = new Map([...different.keys()].map((key, i) => [key, meanOf(rows[i]!)]));
  const meanScore = (circuit: Circuit) => means.get(circuit.indices.join())!;
  const [full, empty] = ends.map(meanScore) as [number, number];
  const nothing = nothingToLose({ full, empty });
  if (nothing === "nothing-ablated")
    throw new AutocircuitError(
      "bad-input",
      `The full model and the empty circuit have the same logit difference, ${full}: faithfulness has no unit. Are clean and corrupt prompts different?`,
    );
  const curve = (chosen: readonly Circuit[]): MibCurve => {
    const values = chosen.map(meanScore);
    const along = (axis: MibAxis) => {
      const { faithfulness, ...areas } = mibScores(values, { full, empty, axis });
      return { faithfulness, areas };
    };
    const [linear, log] = [along("linear"), along("log")];
    const points = chosen.map((circuit, i) => ({
      ...{ share: MIB_SHARES[i]!, asked: sizes[i]!, size: circuit.size },
      ...{ value: values[i]!, faithfulness: linear.faithfulness[i]! },
    }));
    return { points, areas: { linear: linear.areas, log: log.areas } };
  };
  const [signed, absolute] = circuits.map(curve) as [MibCurve, MibCurve];
  const auroc = knownEdges === undefined ? null : aurocOf(scores, knownEdges);
  return { full, empty, signed, absolute, auroc, notes: nothing === "not-done" ? [NOT_DONE] : [] };
}

const NOT_DONE =
  "The full model's logit difference is below the empty circuit's: it does not do this task, and a faithfulness of 1 is what it does worse than with every edge ablated.";

function aurocOf(scores: PruneScores, knownEdges: Iterable<EdgeRef>): { signed: number; absolute: number } {
  const edges = Array.from(knownEdges, (edge) => scores.graph.index(edge));
  // The curve ranks by size: shifted to be positive, the signed scores keep their order.
  const least = scores.values.reduce((low, value) => Math.min(low, value), 0);
  const shifted = Float64Array.from(scores.values, (value) => value - least);
  return { signed: rocOfValues(shifted, edges).auroc, absolute: rocCurve(scores, edges).auroc };
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
