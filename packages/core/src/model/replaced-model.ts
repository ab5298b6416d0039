import { kind, signature } from "@autocircuit/base";
import type { Autoencoders } from "@autocircuit/native";
import { longOptions, promptLoader } from "../kinds.ts";
import type { PromptLoader } from "../prompts/prompt-loader.ts";
import { requireWholePrompts } from "../prompts/whole-prompts.ts";
import type { LongOptions } from "./long-options.ts";
import { meanDivergence } from "./mean-divergence.ts";
import { PatchableModel } from "./patchable-model.ts";

/** A model with autoencoders, and how far it is from the one without. */
export interface ReplacedModel {
  /** The caller's. */
  readonly model: PatchableModel;
  /** KL(without || with) in nats, mean over positions of the clean prompts, where what autoencoders leave out is dropped; else null. */
  readonly replacedKl: number | null;
}

const check = signature(
  "replacedModel",
  {
    model: kind.instance(PatchableModel, "a PatchableModel"),
    autoencoders: kind.having("{ input, errors, blocks }", "input", "blocks"),
    prompts: promptLoader,
  },
  { signal: longOptions.signal },
);

/**
 * A model with autoencoders in its parts' places, measured against the one without where it is another: where errors are dropped.
 *
 * @throws AutocircuitError as `PatchableModel.withAutoencoders` and {@link meanDivergence}; `bad-input` for prompts with a cached prefix where it
 *   is measured
 * @example
 * const { autoencoders } = await trainAutoencoders(task.model, task.train, { latents: 64, epochs: 1 });
 * const { replacedKl } = await replacedModel(task.model, { ...autoencoders, errors: false }, task.test);
 */
export async function replacedModel(
  model: PatchableModel,
  autoencoders: Autoencoders,
  prompts: PromptLoader,
  options: Pick<LongOptions, "signal"> = {},
): Promise<ReplacedModel> {
  check({ model, autoencoders, prompts }, options);
  const measured = !(autoencoders.errors ?? true);
  if (measured) requireWholePrompts("replacedModel", prompts);
  const replaced = model.withAutoencoders(autoencoders);
  if (!measured) return { model: replaced, replacedKl: null };
  try {
    return { model: replaced, replacedKl: await meanDivergence(model, replaced, prompts, options) };
  } catch (error) {
    replaced.dispose();
    throw error;
  }
}
