import { Ablation, type Tensor } from "@autocircuit/native";
import { embeddingPath } from "../attribution/eap-gp.ts";
import { betweenOutputs } from "../attribution/eap-ig-activations.ts";
import { nodeGroups } from "../attribution/node-groups.ts";
import type { GradientRun, SliceGradients } from "../attribution/slice-gradients.ts";
import { maskFrom } from "../attribution/start-edges.ts";
import { usualSteps } from "../attribution/steps.ts";
import type { CrossingAlgorithm, CrossingAlgorithmOptions } from "./crossing-algorithm.ts";

/** The runs at which an algorithm takes gradients. */
export interface CrossingRuns {
  readonly count: number;
  /** Calls `use` with one of them, whose tensors are freed afterwards. */
  readonly at: (run: number, use: (run: GradientRun) => Promise<Tensor[]>) => Promise<Tensor[]>;
}

/** Those of the algorithm of the same name, which says what they are. */
export async function crossingRuns(
  gradients: SliceGradients,
  algorithm: CrossingAlgorithm,
  options: CrossingAlgorithmOptions,
): Promise<CrossingRuns> {
  const { steps = usualSteps, from = "clean", norms = true, activations = true, gates = true } = options;
  const start = async (share: number): Promise<GradientRun> =>
    share === 0 ? {} : { start: await gradients.startAt(share) };
  const ofStarts = (shares: readonly number[]): CrossingRuns => ({
    count: shares.length,
    at: async (k, use) => use(await start(shares[k]!)),
  });
  switch (algorithm) {
    case "edge-attribution":
      return ofStarts([0]);
    case "clean-corrupted":
      return ofStarts([0, 1]);
    case "eap-ig-inputs":
      return ofStarts(Array.from({ length: steps }, (_, k) => 1 - k / steps));
    case "relp":
      return { count: 1, at: (_, use) => use({ rules: { norms, activations, gates } }) };
    case "eap-gp": {
      const points = await embeddingPath(gradients, steps, from);
      return { count: steps, at: (k, use) => use({ start: points[k]! }) };
    }
    case "eap-ig-activations": {
      const { graph } = gradients.model;
      const parts = nodeGroups(graph);
      return {
        count: parts.length * steps,
        at: async (k, use) => {
          const replaced = new Set(parts[Math.floor(k / steps)]);
          const share = ((k % steps) + 1) / steps;
          if (replaced.has(graph.sources[0]!)) return use(await start(1 - share));
          using between = new Ablation(betweenOutputs(await gradients.clean(), gradients.ablation, share));
          return await use({ mask: maskFrom(graph, (source) => replaced.has(source), 1), ablation: between });
        },
      };
    }
  }
}
