import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { AutocircuitError, badFile, kind, readText, signature } from "@autocircuit/base";
import type { TransformerConfig } from "@autocircuit/native";
import { ConfigReader } from "./config-reader.ts";
import { isGguf } from "./gguf/gguf-file.ts";
import { ggufConfig, ggufShares } from "./gguf/model-config.ts";
import { type HubOptions, hubOptions } from "./hub/hub-options.ts";
import { resolveModelFolder } from "./hub/resolve-model-folder.ts";
import { findFamily } from "./hugging-face/families.ts";
import { fromTransformerLens, type TransformerLensConfig } from "./transformer-lens/config.ts";

/** Whose words a `config.json` is written in. */
export type ConfigFormat = "hugging-face" | "transformer-lens";

/** A folder's `config.json`, and whose words it is written in. */
export interface FolderConfig {
  readonly format: ConfigFormat;
  readonly raw: ConfigReader;
}

/**
 * Reads a folder's `config.json` and tells whose it is.
 *
 * @throws AutocircuitError `not-found`, `bad-file`
 */
export async function openConfig(folder: string): Promise<FolderConfig> {
  return openConfigFile(join(folder, "config.json"));
}

async function openConfigFile(path: string): Promise<FolderConfig> {
  if (!existsSync(path)) throw new AutocircuitError("not-found", `${path}: does not exist. ${advice(dirname(path))}`);
  const raw = ConfigReader.parse(await readText(path), path);
  if (raw.has("model_type")) return { format: "hugging-face", raw };
  if (raw.has("n_layers")) return { format: "transformer-lens", raw };
  throw badFile(
    path,
    "is of no known kind: it has neither `model_type` (transformers) nor `n_layers` (TransformerLens).",
  );
}

/** What to do about a folder without a `config.json`. */
function advice(folder: string): string {
  const files = existsSync(folder) ? readdirSync(folder).sort() : [];
  const gguf = files.find((name) => name.toLowerCase().endsWith(".gguf"));
  return gguf === undefined
    ? "Is this a model's folder?"
    : `To read the model in GGUF, name the file: ${join(folder, gguf)}`;
}

/** The TransformerLens configuration behind a reader; `fromTransformerLens` checks every entry. */
export function asTransformerLens(raw: ConfigReader): TransformerLensConfig {
  return raw.values as unknown as TransformerLensConfig;
}

const check = signature("readConfig", { idOrFolder: kind.text }, hubOptions);
const checkShares = signature("sharesEmbedding", { idOrFolder: kind.text }, hubOptions);
const checkPath = signature("readConfigFile", { path: kind.text });

/**
 * The engine's configuration of a model, without reading (or fetching) its weights.
 *
 * @param idOrFolder a folder, a GGUF file, or a model of the hub, see {@link resolveModelFolder}
 * @throws AutocircuitError `not-found`, `bad-file`, `aborted`
 * @example
 * estimateMemory(await readConfig("models/gpt2"), 16, 15);
 */
export async function readConfig(idOrFolder: string, options: HubOptions = {}): Promise<TransformerConfig> {
  check({ idOrFolder }, options);
  const folder = await resolveModelFolder(idOrFolder, { ...options, files: "config" });
  return isGguf(folder) ? ggufConfig(folder) : engineConfig(await openConfig(folder));
}

/**
 * The same from a configuration file, whatever it is called, or a GGUF file.
 *
 * @throws AutocircuitError `not-found`, `bad-file`
 */
export async function readConfigFile(path: string): Promise<TransformerConfig> {
  checkPath({ path });
  return isGguf(path) ? ggufConfig(path) : engineConfig(await openConfigFile(path));
}

/**
 * Whether the checkpoint holds one matrix for embedding and unembedding: the engine has one of each, and {@link parameterCount} counts both.
 *
 * @param idOrFolder a folder, a GGUF file, or a model of the hub, see {@link resolveModelFolder}
 * @throws AutocircuitError `not-found`, `bad-file`, `aborted`
 * @example
 * await sharesEmbedding("models/gpt2"); // true
 */
export async function sharesEmbedding(idOrFolder: string, options: HubOptions = {}): Promise<boolean> {
  checkShares({ idOrFolder }, options);
  const folder = await resolveModelFolder(idOrFolder, { ...options, files: "config" });
  if (isGguf(folder)) return ggufShares(folder);
  const { format, raw } = await openConfig(folder);
  return format === "hugging-face" && findFamily(raw).tied(raw);
}

function engineConfig({ format, raw }: FolderConfig): TransformerConfig {
  return format === "hugging-face"
    ? findFamily(raw).config(raw)
    : fromTransformerLens(asTransformerLens(raw), raw.where);
}
