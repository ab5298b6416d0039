import {
  overPrompts,
  type PatchableModel,
  type PromptBatch,
  type PromptLoader,
  realPositions,
} from "@autocircuit/core";
import type { Autoencoders } from "@autocircuit/native";

/** Sums over positions that are not padding, and their number. */
interface Sums {
  readonly kl: number;
  readonly active: number;
  readonly positions: number;
}

const nothing: Sums = { kl: 0, active: 0, positions: 0 };

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
  let sums = nothing;
  for await (const { fold } of overPrompts(replaced, prompts, { signal })) {
    const found = await fold(async (before: Sums = nothing, { slice }) =>
      added(before, await sumsOf(model, replaced, slice, signal)),
    );
    sums = added(sums, found);
  }
  return { kl: sums.kl / sums.positions, active: sums.active / sums.positions };
}

async function sumsOf(
  model: PatchableModel,
  replaced: PatchableModel,
  slice: PromptBatch,
  signal: AbortSignal | undefined,
): Promise<Sums> {
  const signalled = signal && { signal };
  const real = realPositions(slice.clean);
  const p = (await model.forward(slice.clean, { sliced: false, ...signalled })).to("float64").logSoftmax(-1);
  const q = (await replaced.forward(slice.clean, { sliced: false, ...signalled })).to("float64").logSoftmax(-1);
  const latents = await replaced.latents(slice.clean, signalled);
  const counts = latents.map((of) => of.ne(0).to("float64").sum());
  const each = p.exp().mul(p.sub(q)).sum(-1);
  const counted = async (values: typeof each) =>
    Number(await (real ? values.mul(real.squeeze(2)) : values).sum().item());
  let active = 0;
  for (const count of counts) active += Number(await count.item()) / counts.length;
  const positions = real ? Number(await real.sum().item()) : each.size;
  return { kl: await counted(each), active, positions };
}

function added(a: Sums, b: Sums): Sums {
  return { kl: a.kl + b.kl, active: a.active + b.active, positions: a.positions + b.positions };
}
