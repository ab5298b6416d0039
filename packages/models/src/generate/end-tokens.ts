import { existsSync } from "node:fs";
import { join } from "node:path";
import { readText } from "@autocircuit/base";
import { ConfigReader } from "../config-reader.ts";
import { isGguf } from "../gguf/gguf-file.ts";
import { ggufEndIds } from "../gguf/tokenizer/end-ids.ts";

/**
 * Tokens that end a text, as a folder's `generation_config.json` and `config.json` name them (`eos_token_id`, one or several), or a GGUF file.
 * What the tokenizer says comes on top.
 *
 * @throws AutocircuitError `bad-file` for a file that is not JSON
 */
export async function endTokens(folder: string): Promise<number[]> {
  if (isGguf(folder)) return ggufEndIds(folder);
  const paths = ["generation_config.json", "config.json"].map((name) => join(folder, name));
  const named = await Promise.all(
    paths
      .filter((path) => existsSync(path))
      .map(async (path) => ConfigReader.parse(await readText(path), path).raw("eos_token_id")),
  );
  return named.flat().filter((id): id is number => Number.isInteger(id));
}
