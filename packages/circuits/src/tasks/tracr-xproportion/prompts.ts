import type { RawTokenPrompt } from "../../prompts/prompt-file.ts";
import { sequencePairs } from "../../prompts/sequence-pairs.ts";

/** Token id of "x". */
const X = 3;

/**
 * Prompt pairs of tracr-xproportion: all 1,024 sequences of five tokens (ids 2 to 5: w, x, y, z) after BOS (id 0). The answers at
 * positions 1 to 5 are numbers: the share of x among the tokens up to there; a corrupt prompt is any other sequence.
 */
export function tracrXproportionPrompts(options: { seed?: number } = {}): RawTokenPrompt[] {
  return sequencePairs({ alphabet: [2, 3, 4, 5], length: 5, bos: 0, answers: shareOfX, ...options });
}

function shareOfX(sequence: readonly number[]): number[] {
  let count = 0;
  return sequence.map((token, i) => {
    if (token === X) count++;
    return count / (i + 1);
  });
}
