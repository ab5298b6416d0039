import { AutocircuitError, kind, signature } from "@autocircuit/base";
import { promptLoader } from "../kinds.ts";
import type { PromptLoader } from "./prompt-loader.ts";

const check = signature("requireWholePrompts", { who: kind.text, prompts: promptLoader });

/**
 * Holds that nothing was cut off the front of some prompts: keys and values that were kept of it belong to one model, and each model with
 * other autoencoders has others.
 *
 * @param who asks, for the message
 * @throws AutocircuitError `bad-input` for prompts with a cached prefix
 * @example
 * requireWholePrompts("my pruning", task.train);
 */
export function requireWholePrompts(who: string, prompts: PromptLoader): void {
  check({ who, prompts });
  if (prompts.batches.every(({ prefix }) => prefix === null)) return;
  throw new AutocircuitError(
    "bad-input",
    `${who}: these prompts share a cached prefix, whose keys and values are those of one model, and a model with other autoencoders has others: give ` +
      "whole prompts, as they were before their prefix was shared.",
  );
}
