import { badFile } from "@autocircuit/base";
import type { ConfigReader } from "../../config-reader.ts";
import type { TokenizerJson } from "../../tokenizer/tokenizer-json.ts";
import { type PreTokenizer, preTokenizerOf } from "./pre-tokenizers.ts";
import { readTokens } from "./token-list.ts";

/**
 * A byte-level BPE tokenizer (`tokenizer.ggml.model` is `gpt2`): tokens, merges, and a name for how texts are split first.
 *
 * @throws AutocircuitError `bad-file` for a way to split that is not known
 */
export function bytePairs(raw: ConfigReader): TokenizerJson {
  const { vocab, added } = readTokens(raw);
  const merges = raw.strings("tokenizer.ggml.merges");
  if (!merges) throw badFile(raw.where, "has no `tokenizer.ggml.merges`.");
  const { splits, ignoreMerges, composed } = preTokenizerOf(raw);
  return {
    model: { type: "BPE", vocab, merges, ignore_merges: ignoreMerges ?? false },
    added_tokens: added,
    normalizer: composed ? { type: "NFC" } : null,
    pre_tokenizer: { type: "Sequence", pretokenizers: [...splits] },
    post_processor: null,
    decoder: { type: "ByteLevel" },
  };
}

/** Whether the token that the file names as the first belongs before a text: see {@link PreTokenizer}. */
export function hasBeginning(raw: ConfigReader): boolean {
  const { beginning }: PreTokenizer = preTokenizerOf(raw);
  return beginning !== "if added" || raw.boolean("tokenizer.ggml.add_bos_token", false);
}
