import { PruneScores, runCircuits } from "@autocircuit/core";
import { klDivergence } from "@autocircuit/metrics";
import { describe, expect, test } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import { acdc } from "./acdc.ts";

/** A decision: the edges that were removed before it, the edge, and the divergence with that one removed too. */
interface Running {
  readonly removed: readonly number[];
  readonly edge: number;
  readonly divergence: number;
}

describe("ACDC's running output", () => {
  test.each([{}, { parallel: true }, { factorized: false }, { separateQkv: false }, { byToken: true, heads: 1 }])(
    "%o: after every edge it is that of the circuit without the removed ones",
    async (graph) => {
      const { model, prompts } = randomTask({ seed: 8, ...graph });
      const tau = 0.01;
      const running: Running[] = [];
      const removed: number[] = [];
      let divergence = 0;
      await acdc(model, prompts, {
        taus: [tau],
        decide: ({ edge, increase }) => {
          running.push({ removed: [...removed], edge, divergence: divergence + increase });
          if (increase >= tau) return false;
          removed.push(edge);
          divergence += increase;
          return true;
        },
      });
      expect(running).toHaveLength(model.graph.edgeCount);
      expect(removed.length).toBeGreaterThan(0);
      // Every third: a run of the model each.
      for (const step of running.filter((_, place) => place % 3 === 0)) {
        const scores = new PruneScores(model.graph, new Float32Array(model.graph.edgeCount).fill(1));
        for (const edge of [...step.removed, step.edge]) scores.values[edge] = 0;
        const size = model.graph.edgeCount - step.removed.length - 1;
        using runs = await runCircuits(model, prompts, { scores, sizes: [size] });
        expect(runs[0]!.size).toBe(size);
        const [measured] = await klDivergence(model, prompts, runs);
        expect(Math.abs(measured!.value - step.divergence)).toBeLessThan(1e-4);
      }
    },
  );
});
