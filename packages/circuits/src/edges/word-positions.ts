import { AutocircuitError } from "@autocircuit/base";
import type { KnownEdgesOptions } from "./known-edges.ts";

/**
 * Positions of the words that a circuit names, in the whole prompt.
 *
 * Words before `seqStart` belong to a prefix that was cut off; they are allowed, and their edges are not in the graph.
 *
 * @param tokens positions of the graph, or null for a graph that is not by token: words that are not given are then at 0, as the
 *   published code has it
 * @throws AutocircuitError `bad-input`, by token, for words that are not given or lie behind the graph's last position
 */
export function positionsOfWords<Word extends string>(
  circuit: string,
  words: readonly Word[],
  tokens: number | null,
  { wordPositions = {}, seqStart = 0 }: KnownEdgesOptions,
): Record<Word, number> {
  const given = (word: string) => (Object.hasOwn(wordPositions, word) ? wordPositions[word] : undefined);
  if (tokens !== null) {
    const missing = words.filter((word) => given(word) === undefined);
    if (missing.length > 0) {
      throw new AutocircuitError(
        "bad-input",
        `${circuit}: by token this circuit needs the positions of ${words.join(", ")}; \`wordPositions\` lacks ${missing.join(", ")}. ` +
          "They are in a data set's `word_idxs` (add 1 if a BOS token is put in front).",
      );
    }
    for (const word of words) checkPosition(circuit, word, given(word)!, seqStart + tokens);
  }
  return Object.fromEntries(words.map((word) => [word, given(word) ?? 0])) as Record<Word, number>;
}

function checkPosition(circuit: string, word: string, position: number, end: number): void {
  if (Number.isInteger(position) && position >= 0 && position < end) return;
  throw new AutocircuitError(
    "bad-input",
    `${circuit}: ${word} is said to be at position ${position}, but positions go from 0 to ${end - 1}. ` +
      "Check `wordPositions`, the sequence length and the start of the graph.",
  );
}
