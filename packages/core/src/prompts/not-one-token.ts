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

/** The answer with the space before it, or without it where it has one, if that is one token. */
export function otherSpacing(answer: string, tokenizer: Tokenizer): string | undefined {
  const other = answer.startsWith(" ") ? answer.slice(1) : ` ${answer}`;
  return answer.trim() === "" || tokenizer.encode(other).length !== 1 ? undefined : other;
}

function hint(answer: string, tokenizer: Tokenizer): string {
  const other = otherSpacing(answer, tokenizer);
  if (other === undefined) return "";
  return `, and ${JSON.stringify(other)} (${answer.startsWith(" ") ? "without the" : "with a"} space before it) is one`;
}
