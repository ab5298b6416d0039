import { badFile } from "@autocircuit/base";
import type { ConfigReader } from "../../config-reader.ts";
import { fromSentencePieces, SPACE } from "../../tokenizer/sentence-piece.ts";
import type { TokenizerJson } from "../../tokenizer/tokenizer-json.ts";
import { numbersFor, readTokens, TOKEN_KINDS } from "./token-list.ts";

/**
 * A SentencePiece BPE tokenizer (`tokenizer.ggml.model` is `llama`): tokens with scores. Those that were added by hand are found in the text
 * itself, where a space is a space.
 *
 * @throws AutocircuitError `bad-file`
 */
export function pieces(raw: ConfigReader): TokenizerJson {
  const { tokens, kinds, vocab, added } = readTokens(raw, (token) => token.replaceAll(SPACE, " "));
  const scores = numbersFor(raw, "tokenizer.ggml.scores", tokens.length);
  if (!scores) throw badFile(raw.where, "has no `tokenizer.ggml.scores`.");
  const normal = tokens.flatMap((token, id): [string, number][] =>
    kinds[id] === TOKEN_KINDS.normal && token !== "" ? [[token, scores[id]!]] : [],
  );
  const unknown = tokens.find((_, id) => kinds[id] === TOKEN_KINDS.unknown);
  return fromSentencePieces({
    vocab,
    scores: new Map(normal),
    added,
    unknown: unknown ?? null,
    bytes: Array.prototype.includes.call(kinds, TOKEN_KINDS.byte),
    prefix: raw.boolean("tokenizer.ggml.add_space_prefix", true),
  });
}
