import { scope, type Tensor } from "@autocircuit/native";
import { usualSteps } from "../attribution/eap-ig-inputs.ts";
import type { SliceGradients } from "../attribution/slice-gradients.ts";

/** Where the gradients of crossing edges are taken, as the algorithms of the same names take them. */
export type CrossingAlgorithm = "eap" | "clean-corrupted" | "eap-ig-inputs";

/** The names of the algorithms. */
export const crossingAlgorithms: readonly CrossingAlgorithm[] = ["eap", "clean-corrupted", "eap-ig-inputs"];

/** Where an algorithm looks on the line from the clean embedding (0) to the ablated one (1). */
function pointsOf(algorithm: CrossingAlgorithm, steps: number): readonly number[] {
  if (algorithm === "eap") return [0];
  if (algorithm === "clean-corrupted") return [0, 1];
  return Array.from({ length: steps }, (_, k) => 1 - k / steps);
}

/**
 * The mean over an algorithm's points, of integrated ones `steps`, of the gradient of each prompt's loss by what heads give, `[B, P, heads, dHead]`
 * for each block.
 */
export async function meanHeadGradients(
  gradients: SliceGradients,
  algorithm: CrossingAlgorithm,
  steps: number = usualSteps,
): Promise<Tensor[]> {
  const shares = pointsOf(algorithm, steps);
  await gradients.clean(); // here, so that it stays: what is made for one point is freed with it
  let sums: Tensor[] | undefined;
  for (const share of shares) {
    const before = sums;
    sums = await scope(async () => {
      const next = await headGradientsAt(gradients, share);
      return before ? next.map((gradient, block) => gradient.add(before[block]!)) : next;
    });
    for (const sum of before ?? []) sum.dispose();
  }
  return sums!.map((sum) => sum.div(shares.length));
}

async function headGradientsAt(gradients: SliceGradients, share: number): Promise<Tensor[]> {
  const { model, slice, signal } = gradients;
  const { transformer, config, graph } = model;
  const start = share === 0 ? undefined : await gradients.startAt(share);
  const ofOutputs = await gradients.outputGradient({ start });
  const names = Array.from({ length: config.layers }, (_, block) => `blocks.${block}.attn.hook_z`);
  // Only a norm after attention couples the heads, and wants to know what they gave.
  const seen = transformer.normsAttention
    ? await model.activations(slice.clean, names, { ...(start && { start }), signal })
    : undefined;
  return Promise.all(
    names.map((name, block) => {
      // Nothing is patched, so every head's own output has the gradient of what attention adds to the stream.
      const first = graph.srcs.find((source) => source.kind === "head" && source.block === block)!;
      return transformer.headGradients(block, ofOutputs.select(0, first.index), { z: seen?.of(name) });
    }),
  );
}
