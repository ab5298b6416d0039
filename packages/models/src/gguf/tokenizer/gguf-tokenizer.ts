import { ConfigReader } from "../../config-reader.ts";
import { checkIds } from "../../tokenizer/added-tokens.ts";
import { checkModel } from "../../tokenizer/check-model.ts";
import { LibraryCodec } from "../../tokenizer/library-codec.ts";
import { TextTokenizer } from "../../tokenizer/text-tokenizer.ts";
import type { TokenizerJson } from "../../tokenizer/tokenizer-json.ts";
import { vocabulary } from "../architectures/gated-decoder.ts";
import { GgufFile } from "../gguf-file.ts";
import { bytePairs, hasBeginning } from "./byte-pairs.ts";
import { pieces } from "./pieces.ts";

const MODEL = "tokenizer.ggml.model";

/**
 * The tokenizer that a file's metadata describe; null where they describe none.
 *
 * @throws AutocircuitError `bad-file` for one that is not known, or broken
 */
export async function ggufTokenizer(path: string): Promise<TextTokenizer | null> {
  await using file = await GgufFile.open(path);
  const raw = file.metadata;
  const json = tokenizerJson(raw);
  if (!json) return null;
  const { ids } = checkModel(new ConfigReader(json.model, path));
  checkIds(ids, json.added_tokens, path);
  const codec = await LibraryCodec.create(json, path);
  const begins = raw.string(MODEL) !== "gpt2" || hasBeginning(raw);
  const [bosId, eosId] = [idOf(raw, "bos", codec), idOf(raw, "eos", codec)];
  const padding = raw.number("tokenizer.ggml.padding_token_id", -1);
  // Files name tokens to pad with that were added behind the vocabulary; nothing here is computed of padding.
  const specialIds = { bosId: begins ? bosId : null, eosId, padId: codec.has(padding) ? padding : null };
  const tokenizer = new TextTokenizer({ codec: () => codec, specialIds, vocabularySize: codec.size });
  // Files of a tokenizer alone have no tensors.
  return file.tensors.size === 0 ? tokenizer : tokenizer.within(vocabulary(file));
}

/** The id of a token that the file names; null where it names none. @throws AutocircuitError `bad-file` for one that is not there */
function idOf(raw: ConfigReader, role: string, codec: LibraryCodec): number | null {
  const key = `tokenizer.ggml.${role}_token_id`;
  if (!raw.has(key)) return null;
  const id = raw.number(key);
  if (codec.has(id)) return id;
  throw raw.fail(key, `is none of the ${codec.size} tokens of \`tokenizer.ggml.tokens\``);
}

function tokenizerJson(raw: ConfigReader): TokenizerJson | undefined {
  switch (raw.string(MODEL, "none")) {
    case "none":
      return undefined;
    case "gpt2":
      return bytePairs(raw);
    case "llama":
      return pieces(raw);
    default:
      throw raw.fail(MODEL, "is not one of the tokenizers that are read from GGUF (gpt2, llama)");
  }
}
