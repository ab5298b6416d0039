import { createRequire } from "node:module";
import type { Codec } from "./codec.ts";
import { TextTokenizer } from "./text-tokenizer.ts";
import { BYTE_LEVEL_WORDS } from "./unicode-patterns.ts";

const END_OF_TEXT = 50_256;
const END_OF_TEXT_WRITTEN = "<|endoftext|>";

/** Tokens of GPT-2's vocabulary. */
export const GPT2_VOCABULARY = 50_257;

/**
 * GPT-2's own tokenizer, for checkpoints that come without one: byte-level BPE with 50,257 tokens. The vocabulary lies in
 * the package `gpt-tokenizer` and is read at the first use.
 *
 * `<|endoftext|>` starts a text, ends it and fills shorter prompts, as in TransformerLens.
 *
 * @example
 * gpt2Tokenizer().encode(" Mary"); // [5335]
 */
export function gpt2Tokenizer(): TextTokenizer {
  return new TextTokenizer({
    codec: openCodec,
    specialIds: { bosId: END_OF_TEXT, eosId: END_OF_TEXT, padId: END_OF_TEXT },
    vocabularySize: GPT2_VOCABULARY,
  });
}

/** `require`, because a first `encode` cannot wait for an `import`, and every start without text would pay for a static one. */
function openCodec(): Codec {
  const require = createRequire(import.meta.url);
  const { BytePairEncodingCore } = require("gpt-tokenizer/BytePairEncodingCore") as Core;
  const { default: ranks } = require("gpt-tokenizer/bpeRanks/r50k_base") as Ranks;
  // With our own pattern: the library's splits by what JavaScript takes for space.
  const library = new BytePairEncodingCore({ bytePairRankDecoder: ranks, tokenSplitRegex: BYTE_LEVEL_WORDS });
  const toBytes = new TextEncoder();
  const bytesOf = (id: number): readonly number[] | Uint8Array => {
    if (id === END_OF_TEXT) return toBytes.encode(END_OF_TEXT_WRITTEN);
    const token = ranks[id]!;
    return typeof token === "string" ? toBytes.encode(token) : token;
  };
  // The library's own decode puts bytes of unfinished characters in the wrong place and loses U+FEFF.
  const toText = (ids: readonly number[]): string =>
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(ids.flatMap((id) => [...bytesOf(id)])));
  // The library finds special tokens only where a text begins.
  const encode = (text: string): number[] =>
    text
      .split(END_OF_TEXT_WRITTEN)
      .flatMap((part, index) => [...(index === 0 ? [] : [END_OF_TEXT]), ...library.encodeNative(part)]);
  return {
    encode,
    decode: (ids, skipSpecialTokens) => toText(skipSpecialTokens ? ids.filter((id) => id !== END_OF_TEXT) : ids),
    has: (id) => Number.isInteger(id) && id >= 0 && id < GPT2_VOCABULARY,
    tokenText: (id) => toText([id]),
  };
}

type Core = typeof import("gpt-tokenizer/BytePairEncodingCore");

interface Ranks {
  /** Text of a token by id, or its bytes where they are no whole characters. */
  readonly default: readonly (string | readonly number[])[];
}
