import { AutocircuitError, sayOnce } from "@autocircuit/base";
import type { TransformerConfig } from "./transformer-config.ts";

/**
 * Looks at the length of a sequence that a model with rotary positions is given. Such a model can compute beyond its context,
 * where it was not trained: that is said once. Learned positions end there, which the engine refuses.
 *
 * @param length positions, those of a cached prefix included
 * @throws AutocircuitError "bad-input" beyond the context of a model whose frequencies change there
 */
export function checkLength({ positions, rotary, context }: TransformerConfig, length: number): void {
  if (positions !== "rotary" || length <= context) return;
  if (rotary?.fixedUpTo !== undefined && length > rotary.fixedUpTo) {
    throw new AutocircuitError(
      "bad-input",
      `The prompts have ${length} positions, the model's context ${context}. Its rotary positions are scaled dynamically: beyond the context they would change with the longest prompt of a batch, which this engine does not do. Shorten the prompts.`,
    );
  }
  sayOnce(
    `prompts are longer than the model's context of ${context} positions (one has ${length}): it was not trained for that, and what it computes there may mean little`,
  );
}
