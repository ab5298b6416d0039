import type { AddedToken } from "./added-tokens.ts";
import type { TokenizerJson } from "./tokenizer-json.ts";

/** What stands for a space in SentencePiece vocabularies. */
export const SPACE = "▁";

/** The parts of a SentencePiece BPE vocabulary. */
export interface SentencePieces {
  /** Id of every token. */
  readonly vocab: Readonly<Record<string, number>>;
  /** Scores of those that texts are made of: no control tokens, no bytes. */
  readonly scores: ReadonlyMap<string, number>;
  readonly added: readonly AddedToken[];
  /** The token for what has none. */
  readonly unknown: string | null;
  /** Whether letters without a token become bytes (`<0x0A>`). */
  readonly bytes: boolean;
  /** Whether a text begins with a space that is not written. */
  readonly prefix: boolean;
}

/**
 * The tokenizer of a SentencePiece BPE vocabulary.
 *
 * SentencePiece joins, again and again, the neighbors whose union is the piece with the highest score (Kudo and
 * Richardson 2018, section 3.1). That is BPE whose merges are all ways to split each piece in two, ordered by score.
 */
export function fromSentencePieces({ vocab, scores, added, unknown, bytes, prefix }: SentencePieces): TokenizerJson {
  const toSpaces = { type: "Replace", pattern: { String: " " }, content: SPACE };
  return {
    model: {
      type: "BPE",
      vocab,
      merges: mergesByScore(scores),
      unk_token: unknown,
      fuse_unk: true,
      byte_fallback: bytes,
    },
    added_tokens: added,
    normalizer: prefix
      ? { type: "Sequence", normalizers: [{ type: "Prepend", prepend: SPACE }, toSpaces] }
      : { type: "Sequence", normalizers: [toSpaces] },
    pre_tokenizer: null,
    post_processor: null,
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: SPACE }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
        ...(prefix ? [{ type: "Strip", content: " ", start: 1, stop: 0 }] : []),
      ],
    },
  };
}

function mergesByScore(scores: ReadonlyMap<string, number>): [string, string][] {
  const merges: { score: number; pair: [string, string] }[] = [];
  for (const [piece, score] of scores) {
    const letters = [...piece];
    for (let at = 1; at < letters.length; at++) {
      const left = letters.slice(0, at).join("");
      const right = letters.slice(at).join("");
      if (scores.has(left) && scores.has(right)) merges.push({ score, pair: [left, right] });
    }
  }
  return merges.sort((a, b) => b.score - a.score).map(({ pair }) => pair);
}
