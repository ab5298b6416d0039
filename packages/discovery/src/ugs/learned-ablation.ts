import { AutocircuitError } from "@autocircuit/base";
import type { PatchableModel, PromptLoader } from "@autocircuit/core";
import { Ablation, scope, Tensor } from "@autocircuit/native";

/**
 * The mean output of each source over all clean prompts and their positions, `[S D]`: where learned values start. No prompts are run here, so that
 * there is nothing to slice by `overPrompts`: a batch's mean is made in slices that fit into memory by `ablations` itself, and these are added up.
 *
 * @throws AutocircuitError `bad-input` for a model with autoencoders, whose latents' outputs are no vectors of the stream
 */
export async function meanOutputs(
  model: PatchableModel,
  prompts: PromptLoader,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  if (model.transformer.latents) {
    throw new AutocircuitError(
      "bad-input",
      "Values of ablated edges cannot be learned for latents of autoencoders: leave `optimalAblation` out.",
    );
  }
  const size = model.graph.sources.length * model.config.dModel;
  const mean = new Float64Array(size);
  for (const batch of prompts.batches) {
    using ablation = await model.ablations(batch.clean, "batch-all-tok-mean", { signal });
    using vectors = scope(() => {
      const { sources } = ablation;
      // The same at every position; the last one is no padding.
      return sources.select(1, 0).select(1, sources.shape[2]! - 1);
    });
    const values = await vectors.data();
    for (let i = 0; i < size; i++) mean[i]! += (Number(values[i]) * batch.size) / prompts.promptCount;
  }
  return Float32Array.from(mean);
}

/** What ablated edges take that were learned: a vector for each source, `[S D]`, the same at every position. */
export function learnedAblation(vectors: Float32Array, sourceCount: number, positions: number): Ablation {
  return scope(() => new Ablation(atAllPositions(Tensor.from(vectors), sourceCount, positions)));
}

/** The same while they are trained: what a run takes so that the vectors get their gradient. */
export function trainedAblation(
  vectors: Tensor,
  sourceCount: number,
  positions: number,
): { ablation: Ablation; ablationLeaf: Tensor } {
  const values = atAllPositions(vectors, sourceCount, positions);
  return { ablation: new Ablation(values.detach().clone()), ablationLeaf: values };
}

/** `[S, 1, P, D]` of `[S D]`. */
function atAllPositions(vectors: Tensor, sourceCount: number, positions: number): Tensor {
  return scope(() => {
    const dModel = vectors.size / sourceCount;
    return vectors.reshape([sourceCount, 1, 1, dModel]).expand([sourceCount, 1, positions, dModel]).contiguous();
  });
}
