import { AutocircuitError, signature } from "@autocircuit/base";
import { scope } from "@autocircuit/native";
import { longOptions, patchableModel, promptLoader } from "../kinds.ts";
import type { PromptLoader } from "../prompts/prompt-loader.ts";
import type { Tokens } from "../prompts/tokens.ts";
import type { LongOptions } from "./long-options.ts";
import type { PatchableModel } from "./patchable-model.ts";

const check = signature(
  "activeLatents",
  { model: patchableModel, prompts: promptLoader },
  { signal: longOptions.signal },
);

/**
 * How many latents of all autoencoders together are active at a token, in its run or in what it is ablated with: what passes keep lists of, and
 * `memoryDemand` of models asks for. Few of trained ones, half of random ones. Told by the first prompt pair.
 *
 * @throws AutocircuitError `bad-input` for a model without autoencoders, and without prompts; `aborted`
 * @example
 * await using latent = await tasks["ioi-autoencoder"]!.load({ model: "models/gpt2", autoencoders: "saes/mlp-out" });
 * console.log(await activeLatents(latent.model, latent.train));
 */
export async function activeLatents(
  model: PatchableModel,
  prompts: PromptLoader,
  options: Pick<LongOptions, "signal"> = {},
): Promise<number> {
  check({ model, prompts }, options);
  const [batch] = prompts.batches;
  if (batch === undefined) throw new AutocircuitError("bad-input", "activeLatents: there are no prompts.");
  // Prompts with a prefix of their own each cannot be taken apart.
  const [first] = batch.prefix === null ? batch.slices(1) : [batch];
  try {
    return await scope(async () => {
      const [clean, corrupt] = [
        await active(model, first!.clean, options),
        await active(model, first!.corrupt, options),
      ];
      // Most that are active in one are active in the other, so the larger is taken, not the sum.
      return Math.ceil(Math.max(clean, corrupt));
    });
  } finally {
    if (first !== batch) first![Symbol.dispose]();
  }
}

async function active(model: PatchableModel, tokens: Tokens, { signal }: Pick<LongOptions, "signal">): Promise<number> {
  const latents = await model.latents(tokens, signal && { signal });
  const counts = await Promise.all(latents.map((one) => one.ne(0).sum().item()));
  const padded = tokens.padding?.reduce((sum, pads) => sum + pads, 0) ?? 0;
  return counts.reduce((sum, count) => sum + Number(count), 0) / (tokens.size * tokens.seqLen - padded);
}
