import { batchSlices, type PatchableModel, type PromptLoader } from "@autocircuit/core";
import { type Autoencoders, scope } from "@autocircuit/native";
import { realPositions } from "../real-positions.ts";

/**
 * How far a model with autoencoders is from the one without, and how many latents it takes; clean prompts, all positions that are not padding.
 *
 * @returns `kl`: KL(model || with autoencoders) in nats, `active`: active latents, mean over autoencoders too
 */
export async function measureAutoencoders(
  model: PatchableModel,
  autoencoders: Autoencoders,
  prompts: PromptLoader,
  signal: AbortSignal | undefined,
): Promise<{ kl: number; active: number }> {
  using replaced = model.withAutoencoders(autoencoders);
  const signalled = signal && { signal };
  let [kl, active, positions] = [0, 0, 0];
  for (const batch of prompts.batches) {
    for (const slice of batchSlices(replaced, batch)) {
      await scope(async () => {
        const real = realPositions(slice);
        const p = (await model.forward(slice.clean, { sliced: false, ...signalled })).to("float64").logSoftmax(-1);
        const q = (await replaced.forward(slice.clean, { sliced: false, ...signalled })).to("float64").logSoftmax(-1);
        const latents = await replaced.latents(slice.clean, signalled);
        const counts = latents.map((of) => of.ne(0).to("float64").sum(-1));
        const each = p.exp().mul(p.sub(q)).sum(-1);
        const counted = (values: typeof each) => (real ? values.mul(real.squeeze(2)) : values).sum().item();
        kl += Number(await counted(each));
        for (const count of counts) active += Number(await counted(count)) / counts.length;
        positions += real ? Number(await real.sum().item()) : each.size;
      });
    }
  }
  return { kl: kl / positions, active: active / positions };
}
