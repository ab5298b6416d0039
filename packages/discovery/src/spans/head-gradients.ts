import { scope, type Tensor } from "@autocircuit/native";
import type { GradientRun, SliceGradients } from "../attribution/slice-gradients.ts";
import type { CrossingAlgorithm, CrossingAlgorithmOptions } from "./crossing-algorithm.ts";
import { crossingRuns } from "./crossing-runs.ts";

/**
 * The mean over an algorithm's runs of the gradient of each prompt's loss by what heads give, `[B, P, heads, dHead]` for each block. Of a head whose
 * output a run replaces it is 0 there.
 */
export async function meanHeadGradients(
  gradients: SliceGradients,
  algorithm: CrossingAlgorithm,
  options: CrossingAlgorithmOptions = {},
): Promise<Tensor[]> {
  await gradients.clean(); // here, so that it stays: what is made for one point is freed with it
  const runs = await crossingRuns(gradients, algorithm, options);
  let sums: Tensor[] | undefined;
  for (let run = 0; run < runs.count; run++) {
    const before = sums;
    sums = await scope(async () => {
      const next = await runs.at(run, (how) => headGradientsAt(gradients, how));
      return before ? next.map((gradient, block) => gradient.add(before[block]!)) : next;
    });
    for (const sum of before ?? []) sum.dispose();
  }
  return sums!.map((sum) => sum.div(runs.count));
}

async function headGradientsAt(gradients: SliceGradients, run: GradientRun): Promise<Tensor[]> {
  const { model, slice, signal } = gradients;
  const { transformer, config, graph } = model;
  const ofOutputs = await gradients.outputGradient({ ...run, ownOnly: true });
  const names = Array.from({ length: config.layers }, (_, block) => `blocks.${block}.attn.hook_z`);
  // Only a norm after attention couples the heads, and wants to know what they gave.
  const { start, mask, ablation } = run;
  const seen = transformer.normsAttention
    ? await model.activations(slice.clean, names, {
        ...(start && { start }),
        ...(mask && { ablate: mask, ablation }),
        signal,
      })
    : undefined;
  return Promise.all(
    names.map((name, block) => {
      // Heads are replaced together, so that every one's own output has the gradient of what attention adds to the stream.
      const first = graph.sources.find((source) => source.kind === "head" && source.block === block)!;
      return transformer.headGradients(block, ofOutputs.select(0, first.index), { z: seen?.of(name) });
    }),
  );
}
