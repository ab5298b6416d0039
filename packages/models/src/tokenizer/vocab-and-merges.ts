import { withoutMark } from "@autocircuit/base";
import { ConfigReader } from "../config-reader.ts";
import { type AddedToken, checkIds } from "./added-tokens.ts";
import { checkModel } from "./check-model.ts";
import { tokenContent } from "./special-tokens.ts";
import type { TokenizerJson } from "./tokenizer-json.ts";

/** The files of a tokenizer in GPT-2's form, before there was `tokenizer.json`. */
export interface VocabAndMerges {
  /** `vocab.json`: tokens and their ids. */
  readonly vocab: ConfigReader;
  /** `merges.txt`: two tokens a line, the earliest merged first. */
  readonly merges: string;
  readonly mergesPath: string;
  /** `added_tokens.json`: tokens and their ids. */
  readonly added: ConfigReader | undefined;
  /** `tokenizer_config.json` and `special_tokens_map.json`, which name special tokens. */
  readonly configs: readonly ConfigReader[];
}

const ROLES = ["bos_token", "eos_token", "unk_token", "pad_token", "mask_token"];

/**
 * A byte-level BPE tokenizer from `vocab.json` and `merges.txt`.
 *
 * @throws AutocircuitError `bad-file` as for `tokenizer.json`
 */
export function fromVocabAndMerges(files: VocabAndMerges): TokenizerJson {
  const vocab = files.vocab.values;
  const merges = withoutMark(files.merges)
    .split(/\r?\n/)
    .filter((line, index) => line !== "" && !(index === 0 && line.startsWith("#version")));
  const { ids } = checkModel(
    new ConfigReader({ type: "BPE", vocab, merges }, `${files.vocab.where}, ${files.mergesPath}`),
  );
  const added = addedTokens(files, ids);
  checkIds(ids, added, files.vocab.where);
  const prefixed = files.configs.some((config) => config.raw("add_prefix_space") === true);
  return {
    model: { type: "BPE", vocab, merges },
    added_tokens: added,
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: prefixed },
    post_processor: null,
    decoder: { type: "ByteLevel" },
  };
}

/** Tokens that are never split: those of `added_tokens.json`, and the special ones that the vocabulary has. */
function addedTokens({ added, configs }: VocabAndMerges, ids: ReadonlyMap<string, number>): AddedToken[] {
  const known = new Map(ids);
  const extra = new Set<string>();
  for (const content of Object.keys(added?.values ?? {})) {
    known.set(content, added!.number(content));
    extra.add(content);
  }
  const named = configs.flatMap((config) => ROLES.map((role) => tokenContent(config.raw(role))));
  const special = new Set(["<|endoftext|>", ...named].filter((token) => token !== undefined && known.has(token)));
  return [...new Set([...special, ...extra])].map((content) => ({
    id: known.get(content!)!,
    content: content!,
    special: special.has(content),
    normalized: false,
  }));
}
