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
  const idOf = (role: string) => {
    const id = raw.number(`tokenizer.ggml.${role}_token_id`, -1);
    return codec.has(id) ? id : null;
  };
  const begins = raw.string(MODEL) !== "gpt2" || hasBeginning(raw);
  const specialIds = { bosId: begins ? idOf("bos") : null, eosId: idOf("eos"), padId: idOf("padding") };
  const tokenizer = new TextTokenizer({ codec: () => codec, specialIds, vocabularySize: codec.size });
  // Files of a tokenizer alone have no tensors.
  return file.tensors.size === 0 ? tokenizer : tokenizer.within(vocabulary(file));
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
