import { AutocircuitError, kind, signature } from "@autocircuit/base";
import { scope, Tensor } from "@autocircuit/native";
import { longOptions, promptLoader } from "../kinds.ts";
import { overPrompts } from "../memory/over-prompts.ts";
import type { PromptBatch } from "../prompts/prompt-batch.ts";
import type { PromptLoader } from "../prompts/prompt-loader.ts";
import { realPositions } from "../prompts/real-positions.ts";
import type { Tokens } from "../prompts/tokens.ts";
import type { LongOptions } from "./long-options.ts";
import { PatchableModel } from "./patchable-model.ts";

/** What models are compared on. */
export interface MeanDivergenceOptions extends Pick<LongOptions, "signal"> {
  /** Tokens of a batch that are looked at; default the clean prompts. */
  readonly sidesOf?: ((batch: PromptBatch) => readonly Tokens[]) | undefined;
}

const model = kind.instance(PatchableModel, "a PatchableModel");
const check = signature(
  "meanDivergence",
  { one: model, other: model, prompts: promptLoader },
  { signal: longOptions.signal, sidesOf: kind.callback },
);

/**
 * KL(one || other) of the logits in nats, mean over all positions of all prompts that are not padding: how far a model with autoencoders is from
 * the one without, or one with fewer latents from one with all.
 *
 * @throws AutocircuitError `bad-input` without prompts; `aborted`
 * @example
 * const { autoencoders } = await trainAutoencoders(task.model, task.train, { latents: 64, epochs: 1 });
 * using replaced = task.model.withAutoencoders({ ...autoencoders, errors: false });
 * console.log(`${await meanDivergence(task.model, replaced, task.test)} nats from the original`);
 */
export async function meanDivergence(
  one: PatchableModel,
  other: PatchableModel,
  prompts: PromptLoader,
  options: MeanDivergenceOptions = {},
): Promise<number> {
  check({ one, other, prompts }, options);
  const { signal, sidesOf = ({ clean }) => [clean] } = options;
  if (prompts.promptCount === 0) throw new AutocircuitError("bad-input", "meanDivergence: there are no prompts.");
  const how = { sliced: false, ...(signal && { signal }) };
  let [sum, count] = [0, 0];
  // The other may be the one with more sources, which take the memory.
  const larger = other.graph.config.latents ? other : one;
  for await (const { fold } of overPrompts(larger, prompts, { signal })) {
    const found = await fold(async (before: readonly [number, number] = [0, 0], { slice }) => {
      let [ofSlice, positions] = before;
      for (const tokens of sidesOf(slice)) {
        const p = await one.forward(tokens, how);
        const q = await other.forward(tokens, how);
        const each = divergences(p, q);
        const real = realPositions(tokens);
        ofSlice += Number(await (real ? each.mul(real) : each).sum().item());
        positions += real ? Number(await real.sum().item()) : each.size;
      }
      return [ofSlice, positions] as const;
    });
    sum += found[0];
    count += found[1];
  }
  // No distribution is nearer to another than to itself: what is below is rounding, where both are the same.
  return Math.max(0, sum / count);
}

/** KL(p || q) at each position [B, P, 1], prompt by prompt: all at once, logits of a large vocabulary in float64 would take gigabytes. */
function divergences(p: Tensor, q: Tensor): Tensor {
  const each = Array.from({ length: p.shape[0]! }, (_, row) =>
    scope(() => {
      const [ofP, ofQ] = [p, q].map((logits) =>
        logits
          .slice(0, row, row + 1)
          .to("float64")
          .logSoftmax(-1),
      );
      return ofP!.exp().mul(ofP!.sub(ofQ!)).sum(-1, true);
    }),
  );
  return Tensor.cat(each);
}
