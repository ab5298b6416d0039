import { narrowBound } from "@autocircuit/conformance";
import type { PatchableModel, PromptLoader } from "@autocircuit/core";
import type { ComputeDType } from "@autocircuit/native";
import { manyEdges, type PrecisionPath, precisionPaths } from "./paths.ts";

/** The number types that are narrower than float32. */
export const narrowTypes = ["bfloat16", "float16"] as const satisfies readonly ComputeDType[];

/** How far one path's numbers lie from those of float32. */
export interface PrecisionResult {
  readonly path: string;
  readonly dtype: (typeof narrowTypes)[number];
  /** Largest difference as a share of the largest number of float32; null where only NaN is looked for. */
  readonly error: number | null;
  /** What the type's rounding allows: units of its last digit for each block. */
  readonly bound: number;
  /** How many numbers are NaN. Infinite are the scores of what no threshold of ACDC removes. */
  readonly nan: number;
  /** How many numbers were looked at. */
  readonly count: number;
  readonly passed: boolean;
}

/** Options of {@link runPrecision}. */
export interface PrecisionOptions {
  /** The same weights in a number type; disposed here. */
  readonly load: (dtype: ComputeDType) => PatchableModel | Promise<PatchableModel>;
  readonly prompts: (model: PatchableModel) => PromptLoader;
  readonly paths?: readonly PrecisionPath[];
  readonly onResult?: (result: PrecisionResult) => void;
  readonly signal?: AbortSignal;
}

/** Takes every path in float32 and in the narrower types. */
export async function runPrecision(options: PrecisionOptions): Promise<PrecisionResult[]> {
  const { load, paths = precisionPaths, onResult, signal } = options;
  using full = await load("float32");
  const prompts = options.prompts(full);
  const results: PrecisionResult[] = [];
  for (const dtype of narrowTypes) {
    using model = await load(dtype);
    for (const path of paths) {
      signal?.throwIfAborted();
      if (path.eachEdge && full.graph.edgeCount > manyEdges) continue;
      const expected = await path.run(full, prompts);
      const found = await path.run(model, prompts);
      const bound = narrowBound(dtype, model.config.layers)!;
      const nan = Array.from(found).filter(Number.isNaN).length;
      const error = path.decides ? null : shareOfLargest(found, expected);
      const passed = nan === 0 && found.length === expected.length && (error === null || error <= bound);
      const result = { path: path.name, dtype, error, bound, nan, count: found.length, passed };
      results.push(result);
      onResult?.(result);
    }
  }
  return results;
}

/** Largest difference as a share of the largest number expected. */
function shareOfLargest(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = 0;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]!));
    worst = Math.max(worst, Math.abs(found[i]! - expected[i]!));
  }
  return worst === 0 ? 0 : worst / largest;
}

const WIDTH = 54;

/** One line a path, with both types beside each other. */
export function formatPrecision(results: readonly PrecisionResult[]): string {
  const paths = [...new Set(results.map(({ path }) => path))];
  const cell = (path: string, dtype: string) => {
    const result = results.find((one) => one.path === path && one.dtype === dtype)!;
    const error = result.error === null ? "decides" : result.error.toExponential(1);
    return `${error.padStart(8)} of ${result.bound.toExponential(1)}  ${result.nan} NaN${result.passed ? "" : "  TOO MUCH"}`;
  };
  const failed = results.filter(({ passed }) => !passed).length;
  const numbers = results.reduce((sum, { count }) => sum + count, 0);
  const nan = results.reduce((sum, result) => sum + result.nan, 0);
  return [
    `${"largest error beside float32, of what is allowed".padEnd(WIDTH)}${narrowTypes.map((type) => type.padEnd(32)).join("")}`,
    ...paths.map((path) => path.padEnd(WIDTH) + narrowTypes.map((type) => cell(path, type).padEnd(32)).join("")),
    `${numbers.toLocaleString("en")} numbers, ${nan} of them NaN; ${results.length - failed} paths within bounds, ${failed} not`,
  ].join("\n");
}
