import type { Tokenizer } from "./tokenizer.ts";

/**
 * Says that an answer is not one token, how it splits, and what would be one: often only the space before the word is
 * missing, or too much.
 *
 * @param count tokens of the answer
 * @example
 * notOneToken("Basingstoke", 4, tokenizer);
 * // "Basingstoke" is 4 tokens ("B" | "asing" | "st" | "oke"); an answer must be one token
 */
export function notOneToken(answer: string, count: number, tokenizer: Tokenizer): string {
  const pieces = tokenizer.pieces?.(answer) ?? [];
  const split = pieces.length > 0 ? ` (${pieces.map((piece) => JSON.stringify(piece)).join(" | ")})` : "";
  return `${JSON.stringify(answer)} is ${count} tokens${split}; an answer must be one token${hint(answer, tokenizer)}`;
}

function hint(answer: string, tokenizer: Tokenizer): string {
  const spaced = answer.startsWith(" ");
  const other = spaced ? answer.slice(1) : ` ${answer}`;
  if (answer.trim() === "" || tokenizer.encode(other).length !== 1) return "";
  return `, and ${JSON.stringify(other)} (${spaced ? "without the" : "with a"} space before it) is one`;
}
