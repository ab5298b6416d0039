import { badFile, shownValue } from "@autocircuit/base";
import type { ConfigReader } from "../../config-reader.ts";
import type { AddedToken } from "../../tokenizer/added-tokens.ts";

/** What a token is, by `tokenizer.ggml.token_type`. */
export const TOKEN_KINDS = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/** The tokens of a file's metadata. */
export interface TokenList {
  /** By id. */
  readonly tokens: readonly string[];
  /** Their kinds, see {@link TOKEN_KINDS}; files without the list have normal ones only. */
  readonly kinds: ArrayLike<number>;
  /** Id of every token. */
  readonly vocab: Readonly<Record<string, number>>;
  /** Tokens that are found in a text before it is split: control tokens, and those that were added after training. */
  readonly added: readonly AddedToken[];
}

/**
 * Reads the tokens.
 *
 * @param spelled how a token is written that stands for itself in a text
 * @throws AutocircuitError `bad-file` for lists that do not fit, and tokens that come twice
 */
export function readTokens(raw: ConfigReader, spelled: (token: string) => string = (token) => token): TokenList {
  const listed = raw.strings("tokenizer.ggml.tokens");
  if (!listed || listed.length === 0) throw badFile(raw.where, "has no `tokenizer.ggml.tokens`.");
  const kinds = numbersFor(raw, "tokenizer.ggml.token_type", listed.length) ?? new Uint8Array(listed.length).fill(1);
  const { control, userDefined, unknown } = TOKEN_KINDS;
  const tokens = listed.map((token, id) => (kinds[id] === userDefined ? spelled(token) : token));
  const vocab = Object.create(null) as Record<string, number>;
  const added: AddedToken[] = [];
  for (const [id, token] of tokens.entries()) {
    if (token in vocab) throw badFile(raw.where, `has token ${shownValue(token)} twice, as ${vocab[token]} and ${id}.`);
    vocab[token] = id;
    const special = kinds[id] === control || kinds[id] === unknown;
    if (token !== "" && (special || kinds[id] === userDefined))
      added.push({ id, content: token, special, normalized: false });
  }
  return { tokens, kinds, vocab, added };
}

/**
 * One number for each token; undefined where the file has none.
 *
 * @throws AutocircuitError `bad-file` for another number of them
 */
export function numbersFor(raw: ConfigReader, key: string, tokens: number): ArrayLike<number> | undefined {
  const value = raw.raw(key);
  if (value === undefined) return undefined;
  if (ArrayBuffer.isView(value) && (value as Float32Array).length === tokens) return value as Float32Array;
  const found = ArrayBuffer.isView(value) ? `${(value as Float32Array).length} numbers` : "no numbers";
  throw badFile(raw.where, `\`${key}\` holds ${found} for ${tokens} tokens.`);
}
