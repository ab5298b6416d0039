import { AutocircuitError, badFile } from "@autocircuit/base";
import { INDEX_FILE } from "../safetensors/shard-index.ts";
import { TOKENIZER_FILES } from "../tokenizer/tokenizer-files.ts";
import type { HubFile, HubListing } from "./list-model.ts";

/** The one file of weights that are not in shards. */
export const WEIGHTS_FILE = "model.safetensors";

/**
 * The files of a model that loading reads, apart from shards: its configuration, its tokenizer, its weights or the index
 * that names their shards.
 *
 * @throws AutocircuitError `not-found` when the model has no configuration or no safetensors
 */
export function neededFiles({ files }: HubListing, which: "all" | "config", model: string): HubFile[] {
  const config = files.get("config.json");
  if (!config)
    throw new AutocircuitError(
      "not-found",
      `${model}: has no config.json on the hub, so it is no model that can be loaded.`,
    );
  if (which === "config") return [checked(config, model)];
  const weights = files.get(WEIGHTS_FILE) ?? files.get(INDEX_FILE);
  if (!weights) {
    const others = [...files.keys()].filter((name) => /\.(bin|pt|pth|ckpt|h5|gguf|safetensors)$/.test(name));
    throw new AutocircuitError(
      "not-found",
      `${model}: has neither ${WEIGHTS_FILE} nor ${INDEX_FILE} on the hub (it has ${others.join(", ") || "no weights"}). Look for a revision with safetensors, or convert the weights.`,
    );
  }
  // vocab.json and merges.txt say again what tokenizer.json says.
  const old = new Set(files.has("tokenizer.json") ? ["vocab.json", "merges.txt", "added_tokens.json"] : []);
  const tokenizer = TOKENIZER_FILES.filter((name) => !old.has(name)).map((name) => files.get(name));
  return [config, ...tokenizer, weights].filter((file) => file !== undefined).map((file) => checked(file, model));
}

/** The files of the shards that an index names. */
export function shardFiles({ files }: HubListing, shards: Iterable<string>, model: string): HubFile[] {
  return [...shards].map((name) => {
    const file = files.get(name);
    if (!file) throw badFile(`${model}: ${INDEX_FILE}`, `names ${name}, which the hub does not have.`);
    return checked(file, model);
  });
}

/** A file is kept under its checksum, which therefore must be one. */
export function checked(file: HubFile, model: string): HubFile {
  const { kind, hex } = file.checksum;
  const good = new RegExp(kind === "git" ? "^[0-9a-f]{40}$" : "^[0-9a-f]{64}$").test(hex);
  if (good && Number.isSafeInteger(file.size) && file.size >= 0) return file;
  throw badFile(
    `${model}: ${file.name}`,
    `the hub gives ${file.size} bytes and the checksum ${JSON.stringify(hex)} for it.`,
  );
}
