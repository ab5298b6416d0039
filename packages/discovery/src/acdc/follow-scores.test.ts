import { describe, expect, test } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import { acdc } from "./acdc.ts";
import type { AcdcDecision } from "./acdc-decision.ts";
import { followScores } from "./follow-scores.ts";

const taus = [0.003, 0.01, 0.05];
const tolerance = (tau: number) => 0.02 * tau;

/** A small task, and every decision that ACDC takes there. */
async function decisions() {
  const { model, prompts } = randomTask({ seed: 11, dtype: "float64" });
  const seen: AcdcDecision[] = [];
  const decide = (decision: AcdcDecision) => {
    seen.push(decision);
    return decision.increase < decision.tau;
  };
  const scores = await acdc(model, prompts, { taus, decide });
  return { model, prompts, scores, seen };
}

describe("decisions of ACDC", () => {
  test("are asked for once an edge and threshold, and the rule gives the usual scores", async () => {
    const { model, prompts, scores, seen } = await decisions();
    expect(scores.values).toEqual((await acdc(model, prompts, { taus })).values);
    for (const tau of taus) {
      const edges = seen.filter((decision) => decision.tau === tau).map(({ edge }) => edge);
      expect(edges.toSorted((a, b) => a - b)).toEqual(Array.from({ length: model.graph.edgeCount }, (_, edge) => edge));
    }
  });

  test("follow the other run at ties, and then come out equal", async () => {
    const { model, prompts, seen } = await decisions();
    // Thresholds on both sides of a rise that occurs: two runs that differ at that edge, and perhaps behind it.
    const { increase, edge } = seen.find(({ increase, tau }) => tau === 0.01 && increase > 2e-3 && increase < 0.01)!;
    const [below, above] = [increase * (1 - 1e-5), increase * (1 + 1e-5)];
    const kept = await acdc(model, prompts, { taus: [below] });
    const removed = await acdc(model, prompts, { taus: [above] });
    expect(kept.values[edge]).toBe(Number.POSITIVE_INFINITY);
    expect(removed.values[edge]).toBe(Math.fround(above));
    const asKept = Float32Array.from(kept.values, (value) => (value < 1 ? above : value));
    const { decide, ties } = followScores(asKept, tolerance);
    expect((await acdc(model, prompts, { taus: [above], decide })).values).toEqual(asKept);
    expect(ties).toContainEqual({ edge, increase: expect.closeTo(increase, 9), tau: above, removed: false });
  });

  test("away from ties are never followed", async () => {
    const { model, prompts, scores, seen } = await decisions();
    const { edge } = seen.find(
      ({ edge, increase, tau }) => tau === 0.003 && increase > 0.004 && scores.values[edge]! > tau,
    )!;
    const wrong = scores.values.slice();
    wrong[edge] = Math.fround(0.003);
    const { decide, ties } = followScores(wrong, tolerance);
    expect((await acdc(model, prompts, { taus, decide })).values[edge]).toBeGreaterThan(0.01 - 1e-6);
    expect(ties.filter((tie) => tie.edge === edge && tie.tau === 0.003)).toEqual([]);
  });
});
