import { PromptLoader } from "@autocircuit/core";
import { describe, expect, test } from "vitest";
import { casePairs } from "../../core/test/case-model.ts";
import { cases, readCase } from "../../core/test/conformance.ts";
import { expectedBatches } from "../test/expected-batches.ts";
import { type MetricName, metrics } from "./metrics.ts";

const patches = ["EDGE_PATCH/RESAMPLE", "EDGE_PATCH/ZERO", "TREE_PATCH/RESAMPLE", "TREE_PATCH/TOKENWISE_MEAN_CORRUPT"];

// The stored outputs of the reference's circuit runs are measured; no model runs. The full model is among them: on the
// clean prompts it is the tree patch that keeps all edges, on the corrupt ones the edge patch of none.
describe.skipIf(cases.length === 0)(
  "metrics of the reference's runs (skipped where the conformance cases are absent)",
  async () => {
    for (const name of cases) {
      const stored = await expectedBatches(name);
      const { batch_size: batchSize, variants } = readCase(name, "expected.json");
      const loader = new PromptLoader(casePairs(name), { batchSize });
      const { n_edges: edgeCount, run_circuits: expected } = variants.edges;
      const full = {
        logits: async (side: "clean" | "corrupt") =>
          stored(
            `edges/run_circuits/${side === "clean" ? `TREE_PATCH/RESAMPLE/${edgeCount}` : "EDGE_PATCH/RESAMPLE/0"}`,
          ),
      };

      test.each(patches)(`${name} %s`, async (patch) => {
        const sizes = expected[patch].kl_clean.map(([size]: [number]) => size) as number[];
        const runs = sizes.map((size) => ({ size, logits: stored(`edges/run_circuits/${patch}/${size}`) }));
        for (const [metric, values] of Object.entries<[number, number][]>(expected[patch])) {
          const key = metric.replaceAll("_", "-") as MetricName;
          const measured = await metrics[key].measure(null, loader, runs, { full });
          expect(measured.map(({ size }) => size)).toEqual(sizes);
          values.forEach(([size, value], index) => {
            const tolerance = 2e-4 + 1e-3 * Math.abs(value);
            expect.soft(Math.abs(measured[index]!.value - value), `${metric} of ${size} edges`).toBeLessThan(tolerance);
          });
        }
      });
    }
  },
);
