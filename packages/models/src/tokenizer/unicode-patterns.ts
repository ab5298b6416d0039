/** A part of the library's tokenizer that splits a text, as far as it is changed here. */
interface PreTokenizer {
  readonly config?: { readonly individual_digits?: boolean };
  /** Those of a sequence. */
  readonly tokenizers?: readonly (PreTokenizer | null)[];
  pattern?: RegExp | null;
  pre_tokenize_text(text: string): string[];
}

/** A part that joins tokens to a text, as far as it is changed here. */
interface Decoder {
  readonly decoders?: readonly Decoder[];
  text_decoder?: { decode(bytes: Uint8Array): string };
}

/** A part that changes a text before it is split, as far as it is changed here. */
interface Normalizer {
  readonly config?: { readonly strip_left?: boolean; readonly strip_right?: boolean };
  readonly normalizers?: readonly Normalizer[];
  normalize(text: string): string;
}

/** The library's tokenizer. */
export interface TokenizerParts {
  readonly normalizer: Normalizer | null;
  readonly pre_tokenizer: PreTokenizer | null;
  readonly decoder: Decoder | null;
}

const SPACE = "\\p{White_Space}";
const WORD = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\u200c\\u200d";
/** How GPT-2 splits a text before each part is made of tokens. */
export const BYTE_LEVEL_WORDS = new RegExp(
  `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^${SPACE}\\p{L}\\p{N}]+|${SPACE}+(?!\\P{White_Space})|${SPACE}+`,
  "gu",
);
const WORDS = new RegExp(`[${WORD}]+|[^${WORD}${SPACE}]+`, "gu");
const NO_SPACE = /\P{White_Space}+/gu;
const PUNCTUATION = "!-/:-@[-`{-~\\p{P}";
const BERT = new RegExp(`[^${SPACE}${PUNCTUATION}]+|[${PUNCTUATION}]`, "gu");

/**
 * Makes the library mean by space, word character and digit what the tokenizers that models are trained with mean: Unicode's
 * properties, where a regular expression of JavaScript has its own (`\s` holds U+FEFF and lacks U+0085, `\w` and `\d` are
 * ASCII). And keeps U+FEFF where bytes become text.
 *
 * @param json the `tokenizer.json` they were made from, which names their types
 */
export function useUnicodePatterns(
  { normalizer, pre_tokenizer, decoder }: TokenizerParts,
  json: { readonly normalizer: unknown; readonly pre_tokenizer: unknown; readonly decoder: unknown },
): void {
  if (normalizer) eachNormalizer(normalizer, json.normalizer);
  if (pre_tokenizer) eachPreTokenizer(pre_tokenizer, json.pre_tokenizer);
  if (decoder) eachDecoder(decoder);
}

function eachPreTokenizer(part: PreTokenizer, json: unknown): void {
  const { type, pretokenizers } = json as { type?: string; pretokenizers?: unknown[] };
  const splitBy = (pattern: RegExp) => {
    part.pre_tokenize_text = (text) => text.match(pattern) ?? [];
  };
  switch (type) {
    case "Sequence":
      for (const [at, one] of (part.tokenizers ?? []).entries()) if (one) eachPreTokenizer(one, pretokenizers?.[at]);
      break;
    case "WhitespaceSplit":
      splitBy(NO_SPACE);
      break;
    case "Whitespace":
      splitBy(WORDS);
      break;
    case "BertPreTokenizer":
      splitBy(BERT);
      break;
    case "ByteLevel":
      part.pattern = BYTE_LEVEL_WORDS;
      break;
    case "Digits":
      part.pattern = part.config?.individual_digits ? /\P{N}+|\p{N}/gu : /\P{N}+|\p{N}+/gu;
      break;
  }
}

function eachNormalizer(part: Normalizer, json: unknown): void {
  const { type, normalizers } = json as { type?: string; normalizers?: unknown[] };
  for (const [at, one] of (part.normalizers ?? []).entries()) eachNormalizer(one, normalizers?.[at]);
  if (type !== "Strip") return;
  const { strip_left, strip_right } = part.config ?? {};
  part.normalize = (text) => {
    const left = strip_left ? text.replace(/^\p{White_Space}+/u, "") : text;
    return strip_right ? left.replace(/\p{White_Space}+$/u, "") : left;
  };
}

function eachDecoder(part: Decoder): void {
  for (const one of part.decoders ?? []) eachDecoder(one);
  if (part.text_decoder) part.text_decoder = new TextDecoder("utf-8", { ignoreBOM: true });
}
