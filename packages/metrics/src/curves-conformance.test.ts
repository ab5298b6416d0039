import { describe, expect, test } from "vitest";
import { cases, readCase } from "../../core/test/conformance.ts";
import { areaUnderCurve } from "./area-under-curve.ts";
import { MIB_SHARES, mibScores } from "./mib.ts";

type Curve = [size: number, value: number][];

/** Value between the measured sizes, on a straight line over `axis(size)`. */
function valueAt(curve: Curve, position: number, axis: (size: number) => number): number {
  const next = Math.max(
    1,
    curve.findIndex(([size]) => axis(size) >= position),
  );
  const [left, right] = [curve[next - 1]!, curve[next]!];
  const share = (position - axis(left[0])) / (axis(right[0]) - axis(left[0]));
  return left[1] + share * (right[1] - left[1]);
}

/** Area by many small rectangles: knows nothing of trapezoids or of the points between which they stand. */
function rectangles(height: (position: number) => number, from: number, to: number, count = 20000): number {
  const width = (to - from) / count;
  let area = 0;
  for (let i = 0; i < count; i++) area += height(from + (i + 0.5) * width) * width;
  return area;
}

describe.skipIf(cases.length === 0)(
  "curves of the reference's runs (skipped where the conformance cases are absent)",
  () => {
    describe.each(cases)("%s", (name) => {
      const { run_circuits: runs, n_edges: edgeCount } = readCase(name, "expected.json").variants.edges;
      const curve: Curve = runs["TREE_PATCH/RESAMPLE"].kl_clean;
      const points = curve.map(([size, value]) => ({ size, value }));

      test("areaUnderCurve is the area between KL divergence and that of the empty circuit", () => {
        const [, baseline] = curve[0]!;
        const smallest = Number.NEGATIVE_INFINITY;
        const linear = rectangles((x) => valueAt(curve, x, (size) => size) - baseline, 0, edgeCount);
        expect(areaUnderCurve(points, { smallest }) / linear).toBeCloseTo(1, 3);
        const inside = curve.filter(([size]) => size > 0);
        const [start, end] = [Math.log10(inside[0]![0]), Math.log10(edgeCount)];
        const logarithmic = rectangles((x) => valueAt(inside, x, Math.log10) - baseline, start, end);
        expect(areaUnderCurve(points, { smallest, logX: true }) / logarithmic).toBeCloseTo(1, 3);
      });

      test("CPR and CMD are those of the logit differences at the ten sizes", () => {
        const differences: Curve = runs["TREE_PATCH/RESAMPLE"].logit_diff;
        const [empty, full] = [differences[0]![1], differences.at(-1)![1]];
        const values = MIB_SHARES.map((share) => valueAt(differences, share * edgeCount, (size) => size));
        const { faithfulness, cpr, cmd } = mibScores(values, { full, empty });
        expect(faithfulness.at(-1)).toBeCloseTo(1, 6);
        const measured: Curve = MIB_SHARES.map((share, i) => [share, (values[i]! - empty) / (full - empty)]);
        const height = (x: number) => valueAt(measured, x, (share) => share);
        expect(cpr).toBeCloseTo(rectangles(height, 0.001, 1), 3);
        const distances: Curve = measured.map(([share, value]) => [share, Math.abs(1 - value)]);
        expect(cmd).toBeCloseTo(
          rectangles((x) => valueAt(distances, x, (share) => share), 0.001, 1),
          3,
        );
      });
    });
  },
);
