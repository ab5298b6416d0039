import type { PatchableModel, PromptLoader } from "@autocircuit/core";
import { cleanCorrupted, type EapIgActivationsOptions, eapIgInputs, edgeAttribution } from "@autocircuit/discovery";

/**
 * What the reference leaves out of EAP-IG activations with rotary positions: in the runs that replace `input`, edges into block 0, whose only
 * source that is, get nothing. Their gradients there are those at the embeddings k/m clean + (1 - k/m) ablated, k = 1..m.
 */
export async function activationGap(
  model: PatchableModel,
  prompts: PromptLoader,
  options: EapIgActivationsOptions,
): Promise<Float64Array> {
  const { graph, config } = model;
  const gap = new Float64Array(graph.edgeCount);
  if (config.positions !== "rotary") return gap;
  const { steps = 5, ablation, pathEnd } = options;
  const inputs = await eapIgInputs(model, prompts, { steps, ablation, pathEnd });
  const ends = await cleanCorrupted(model, prompts, { ablation, pathEnd });
  const clean = await edgeAttribution(model, prompts, { ablation });
  const parts = config.layers * (config.attnOnly ? 1 : 2) + 1;
  for (const { offset, size, sourceCount } of graph.groups) {
    if (sourceCount > 1) continue;
    for (let edge = offset; edge < offset + size; edge++) {
      const atAblated = 2 * ends.values[edge]! - clean.values[edge]!;
      const sum = steps * inputs.values[edge]! - atAblated + clean.values[edge]!;
      gap[edge] = sum / (parts * steps);
    }
  }
  return gap;
}
