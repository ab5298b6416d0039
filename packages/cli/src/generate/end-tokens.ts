import { existsSync } from "node:fs";
import { join } from "node:path";
import { ggufEndIds, isGguf } from "@autocircuit/models";
import { readJson } from "../support/read-json.ts";

/**
 * Tokens that end a text: the tokenizer's, and those of a folder's `generation_config.json` and `config.json` (`eos_token_id`, one or
 * several), or those of a GGUF file.
 */
export async function endTokens(folder: string, tokenizerEnd: number | null | undefined): Promise<Set<number>> {
  if (isGguf(folder)) return new Set(await ggufEndIds(folder));
  const named = ["generation_config.json", "config.json"]
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path))
    .flatMap((path) => (readJson(path) as { eos_token_id?: unknown } | null)?.eos_token_id ?? []);
  return new Set([...named, tokenizerEnd].filter((id): id is number => Number.isInteger(id)));
}
