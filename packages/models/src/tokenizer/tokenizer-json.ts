import { ConfigReader } from "../config-reader.ts";
import { type AddedToken, checkIds, readAddedTokens } from "./added-tokens.ts";
import { checkModel } from "./check-model.ts";
import { withSplittingMetaspace } from "./metaspace.ts";

/** A `tokenizer.json` whose parts have been checked, in the form the library takes. */
export interface TokenizerJson {
  /** The vocabulary, and how words are split into its tokens. */
  readonly model: Readonly<Record<string, unknown>>;
  readonly added_tokens: readonly AddedToken[];
  readonly normalizer: unknown;
  readonly pre_tokenizer: unknown;
  readonly post_processor: unknown;
  readonly decoder: unknown;
}

/**
 * Reads and checks a `tokenizer.json`: `model` and `added_tokens` here, the other parts when the library builds them.
 *
 * @param text the file's content
 * @param path named in errors
 * @throws AutocircuitError `bad-file`: not JSON, an unknown type of model, merges of unknown tokens, an id of two tokens
 */
export function parseTokenizerJson(text: string, path: string): TokenizerJson {
  const reader = ConfigReader.parse(text, path);
  const model = reader.object("model");
  if (!model) throw reader.fail("model", "is not the description of a tokenizer");
  const added = readAddedTokens(reader.raw("added_tokens"), path);
  const { type, ids } = checkModel(model);
  checkIds(ids, added, path);
  return {
    model: { ...model.values, type },
    added_tokens: added,
    normalizer: reader.raw("normalizer") ?? null,
    pre_tokenizer: withSplittingMetaspace(reader.raw("pre_tokenizer") ?? null),
    post_processor: reader.raw("post_processor") ?? null,
    decoder: reader.raw("decoder") ?? null,
  };
}
