import { AutocircuitError } from "@autocircuit/base";
import type { Tokenizer } from "@autocircuit/core";

/**
 * Token ids of a prompt: those of a text, behind the token that starts one where the model has it; ids are taken as they are.
 *
 * @throws AutocircuitError `bad-input` for a text without a tokenizer, no token at all, an id outside the vocabulary
 */
export function promptIds(
  prompt: string | readonly number[],
  {
    tokenizer,
    prependBos = true,
    vocabulary,
  }: {
    readonly tokenizer: Tokenizer | null;
    readonly prependBos?: boolean | undefined;
    /** How many tokens the model reads. */
    readonly vocabulary: number;
  },
): number[] {
  const ids =
    typeof prompt === "string" ? [...start(tokenizer, prependBos), ...encode(prompt, tokenizer)] : [...prompt];
  if (ids.length === 0) throw new AutocircuitError("bad-input", "The prompt is empty: give at least one token.");
  for (const id of ids) requireToken(id, vocabulary, "The prompt");
  return ids;
}

/** Token ids of a text, without the token that starts one. @throws AutocircuitError `bad-input` without a tokenizer */
export function encode(text: string, tokenizer: Tokenizer | null): readonly number[] {
  if (tokenizer) return tokenizer.encode(text);
  throw new AutocircuitError("bad-input", "The model has no tokenizer, so a text cannot be read. Give token ids.");
}

/** @throws AutocircuitError `bad-input` for an id outside a vocabulary */
export function requireToken(id: number, size: number, what: string): void {
  if (id < size) return;
  throw new AutocircuitError("bad-input", `${what} has the token id ${id}; ids go from 0 to ${size - 1}.`);
}

function start(tokenizer: Tokenizer | null, prependBos: boolean): readonly number[] {
  const bos = prependBos ? (tokenizer?.bosId ?? null) : null;
  return bos === null ? [] : [bos];
}
