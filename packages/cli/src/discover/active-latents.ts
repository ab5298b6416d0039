import type { PatchableModel, PromptLoader, Tokens } from "@autocircuit/core";
import { scope } from "@autocircuit/native";

/**
 * How many latents of all autoencoders together are active at a token, in its run or in what it is ablated with: what passes keep lists of. Few of
 * trained ones, half of random ones. Told by the first prompt pair.
 */
export async function activeLatents(
  model: PatchableModel,
  { batches }: PromptLoader,
  signal: AbortSignal,
): Promise<number> {
  const batch = batches[0]!;
  // Prompts with a prefix of their own each cannot be taken apart.
  const [first] = batch.prefix === null ? batch.slices(1) : [batch];
  try {
    return await scope(async () => {
      const [clean, corrupt] = [await active(model, first!.clean, signal), await active(model, first!.corrupt, signal)];
      // Most that are active in one are active in the other, so the larger is taken, not the sum.
      return Math.ceil(Math.max(clean, corrupt));
    });
  } finally {
    if (first !== batch) first![Symbol.dispose]();
  }
}

async function active(model: PatchableModel, tokens: Tokens, signal: AbortSignal): Promise<number> {
  const latents = await model.latents(tokens, { signal });
  const counts = await Promise.all(latents.map((one) => one.ne(0).sum().item()));
  const [prompts, positions] = latents[0]!.shape as [number, number];
  return counts.reduce((sum, count) => sum + Number(count), 0) / (prompts * positions);
}
