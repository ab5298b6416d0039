import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import type { FaithfulnessRange } from "./faithfulness-range.ts";

/** Shares of the edges at which the Mechanistic Interpretability Benchmark measures circuits. */
export const MIB_SHARES: readonly number[] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];

const checkSizes = signature("mibSizes", { edgeCount: kind.whole });

/**
 * The benchmark's ten circuit sizes for a graph: each share of the edges, rounded down.
 *
 * @example
 * mibSizes(32491); // [32, 64, 162, 324, 649, 1624, 3249, 6498, 16245, 32491]
 */
export function mibSizes(edgeCount: number): number[] {
  checkSizes({ edgeCount });
  return MIB_SHARES.map((share) => Math.floor(share * edgeCount));
}

/** The benchmark's two scores, and the curve they come from. */
export interface MibScores {
  /** `(circuit - empty) / (full - empty)` at each of {@link MIB_SHARES}. */
  faithfulness: number[];
  /** Integrated circuit performance ratio: area under the curve. Higher is better; it can exceed 1. */
  cpr: number;
  /** Integrated circuit-model distance: area between the curve and 1. Lower is better. */
  cmd: number;
  /** Mean of the faithfulnesses. */
  average: number;
}

/** What the areas are taken over: the shares, or their natural logarithms. */
export type MibAxis = "linear" | "log";

/** Options of {@link mibScores}. */
export interface MibOptions extends FaithfulnessRange {
  /** Default `"linear"`, as the benchmark has it. */
  readonly axis?: MibAxis | undefined;
}

const aNumber = kind.such("a number", (value) => typeof value === "number");
const checkScores = signature("mibScores", { values: kind.listOf(aNumber) }, {
  full: kind.required(aNumber),
  empty: kind.required(aNumber),
  axis: kind.oneOf(["linear", "log"]),
} satisfies KindsOf<MibOptions>);

/**
 * CPR and CMD of the Mechanistic Interpretability Benchmark's circuit track, from a metric at its ten sizes: trapezoids on a linear (or
 * logarithmic) axis of shares, from 0.1 % to 100 % of the edges. CMD takes distances at the sizes before it integrates, so a curve that crosses 1 between two
 * sizes counts as one that does not.
 *
 * Source: Mueller et al. 2025, "MIB: A Mechanistic Interpretability Benchmark" (arXiv:2504.13151), section on circuit localization metrics;
 * the integration is that of its evaluation code.
 *
 * @param values the metric for the circuits of {@link mibSizes}, smallest first; NaN where the full model and the empty circuit are alike
 * @throws AutocircuitError `bad-input` unless there are ten values
 * @example
 * const runs = await runCircuits(model, prompts, { scores, sizes: [0, ...mibSizes(model.graph.edgeCount)] });
 * const [empty, ...circuits] = (await logitDiff(model, prompts, runs)).map(({ value }) => value);
 * mibScores(circuits, { full: circuits.at(-1)!, empty: empty! }).cpr;
 */
export function mibScores(values: readonly number[], range: MibOptions): MibScores {
  checkScores({ values }, range);
  const { full, empty, axis = "linear" } = range;
  if (values.length !== MIB_SHARES.length) {
    throw new AutocircuitError(
      "bad-input",
      `MIB scores: got ${values.length} values; they are needed at its ten sizes, see mibSizes. Sizes that ties join need their value twice.`,
    );
  }
  const faithfulness = values.map((value) => (value - empty) / (full - empty));
  const distances = faithfulness.map((value) => Math.abs(1 - value));
  const average = faithfulness.reduce((sum, value) => sum + value, 0) / faithfulness.length;
  return { faithfulness, cpr: areaOver(faithfulness, axis), cmd: areaOver(distances, axis), average };
}

function areaOver(heights: readonly number[], axis: MibAxis): number {
  const places = axis === "log" ? MIB_SHARES.map(Math.log) : MIB_SHARES;
  let area = 0;
  for (let i = 1; i < heights.length; i++) {
    area += ((places[i]! - places[i - 1]!) * (heights[i - 1]! + heights[i]!)) / 2;
  }
  return area;
}
