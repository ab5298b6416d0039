import { AutocircuitError } from "@autocircuit/base";
import type { PieceTokenizer } from "./marked-text.ts";

/** Words that a message names. */
const NAMED = 3;

/**
 * A word as a vocabulary has it behind another one: with the space that begins it, unless the tokenizer adds that itself (SentencePiece).
 */
function asInText(word: string, tokenizer: PieceTokenizer): string {
  return tokenizer.pieces(word)[0]?.startsWith(" ") ? word : ` ${word}`;
}

/** Tokens of a word behind another one. */
export function tokensOf(word: string, tokenizer: PieceTokenizer): number {
  return tokenizer.encode(asInText(word, tokenizer)).length;
}

/** A word as an answer in a prompt file; null where the vocabulary splits it. */
export function answerText(word: string, tokenizer: PieceTokenizer): string | null {
  return tokensOf(word, tokenizer) === 1 ? asInText(word, tokenizer) : null;
}

/**
 * The words that are one token behind another word.
 *
 * @param what The task, for messages, and `kind` what its words are: "names".
 * @param least How many it needs.
 * @throws AutocircuitError `bad-input` where there are fewer, with some that are not
 */
export function oneTokenWords(
  what: string,
  kind: string,
  words: readonly string[],
  least: number,
  tokenizer: PieceTokenizer,
): string[] {
  const single = words.filter((word) => answerText(word, tokenizer) !== null);
  if (single.length >= least) return single;
  const broken = words.filter((word) => !single.includes(word)).slice(0, NAMED);
  const shown = broken.map((word) => `${JSON.stringify(` ${word}`)} (${tokensOf(word, tokenizer)} tokens)`);
  const few = single.length === 0 ? "none" : `only ${single.length}`;
  throw new AutocircuitError(
    "bad-input",
    `${what} needs ${least} ${least === 1 ? kind.replace(/s$/, "") : kind} of one token, and ${few} of its ${words.length} ` +
      `${single.length > 1 ? "are" : "is"} one in this model's vocabulary (${shown.join(", ")}). ` +
      "Use prompts of your own, whose answers are one token in it.",
  );
}

/**
 * How many tokens each of some prompts has in a vocabulary, the one that starts a text not counted.
 *
 * @throws AutocircuitError `bad-input` naming the first that is not
 */
export function commonLength(
  what: string,
  prompts: readonly { readonly clean: string; readonly corrupt: string }[],
  tokenizer: PieceTokenizer,
): number {
  const texts = prompts.flatMap(({ clean, corrupt }) => [clean, corrupt]);
  const lengths = texts.map((text) => tokenizer.encode(text).length);
  const length = lengths[0]!;
  const other = lengths.findIndex((count) => count !== length);
  if (other < 0) return length;
  throw new AutocircuitError(
    "bad-input",
    `${what}: prompts of one form are not equally long in this model's vocabulary: ${JSON.stringify(texts[other])} has ${lengths[other]} ` +
      `tokens, ${JSON.stringify(texts[0])} ${length}. Use prompts of your own.`,
  );
}
