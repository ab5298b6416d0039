import type { RawTokenPrompt } from "../../prompts/prompt-file.ts";
import { sequencePairs } from "../../prompts/sequence-pairs.ts";

/**
 * Prompt pairs of tracr-reverse: all 243 sequences of five tokens (ids 0, 1, 2) after BOS (id 3). The answers at positions 1 to 5 are
 * the output ids of the reversed sequence; a corrupt prompt is any other sequence.
 */
export function tracrReversePrompts(options: { seed?: number } = {}): RawTokenPrompt[] {
  return sequencePairs({
    alphabet: [0, 1, 2],
    length: 5,
    bos: 3,
    answers: (sequence) => sequence.toReversed(),
    ...options,
  });
}
