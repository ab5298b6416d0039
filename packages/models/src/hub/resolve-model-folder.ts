import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { AutocircuitError, type KindsOf, kind, readText, signature } from "@autocircuit/base";
import { throwIfAborted } from "@autocircuit/core";
import { isGguf } from "../gguf/gguf-file.ts";
import { INDEX_FILE, parseShardIndex } from "../safetensors/shard-index.ts";
import { fetchAll, findCache } from "./fetch-all.ts";
import { openHub } from "./hub.ts";
import { TransientError } from "./hub-errors.ts";
import { hubOptions, type ResolveOptions } from "./hub-options.ts";
import { type HubListing, listModel } from "./list-model.ts";
import { checkRevision } from "./model-cache.ts";
import { parseModelId } from "./model-id.ts";
import { neededFiles, shardFiles } from "./needed-files.ts";

const check = signature("resolveModelFolder", { idOrFolder: kind.text }, {
  ...hubOptions,
  files: kind.oneOf(["all", "config"]),
  onProgress: kind.callback,
} satisfies KindsOf<ResolveOptions>);

/**
 * The folder of a model: itself, when it names one or a GGUF file (which holds all that a folder does), else a model of the hub (`owner/name`, or a name such as `gpt2`),
 * whose files are fetched if they are not there yet: configuration, tokenizer and safetensors.
 *
 * Files go into the cache that all Hugging Face libraries share (`HF_HUB_CACHE`, `HF_HOME`, else
 * `~/.cache/huggingface/hub`), or into `AUTOCIRCUIT_MODELS`. `HF_ENDPOINT` names a mirror. Without a network the cached
 * model is taken.
 *
 * @returns the folder, or the GGUF file; for a hub model one snapshot in the cache, whose files are whole and have the right checksums
 * @throws AutocircuitError `not-found` for a name that is neither, a model or revision that is not there or not open to the
 *   user, and when the hub cannot be reached; `bad-file` for wrong checksums; `out-of-memory` for a full disk; `aborted`
 * @example
 * const folder = await resolveModelFolder("EleutherAI/pythia-70m", { revision: "step1000" });
 */
export async function resolveModelFolder(idOrFolder: string, options: ResolveOptions = {}): Promise<string> {
  check({ idOrFolder }, options);
  return modelFolder(idOrFolder, options);
}

/** The same for options that were checked, and may hold more. */
export async function modelFolder(idOrFolder: string, options: ResolveOptions): Promise<string> {
  if (existsSync(idOrFolder) && statSync(idOrFolder).isDirectory()) return idOrFolder;
  if (isGguf(idOrFolder)) return idOrFolder;
  if (idOrFolder.toLowerCase().endsWith(".gguf"))
    throw new AutocircuitError("not-found", `${idOrFolder}: does not exist. Check the path of the GGUF file.`);
  if (existsSync(idOrFolder))
    throw new AutocircuitError(
      "not-found",
      `${idOrFolder}: is a file, and a model is a folder or a GGUF file. Give the folder that it lies in: ${dirname(resolve(idOrFolder))}.`,
    );
  const id = parseModelId(idOrFolder);
  const { revision = "main", files: which = "all", onProgress } = options;
  checkRevision(revision);
  throwIfAborted(options.signal);
  const hub = await openHub(options);
  const cache = await findCache(id);
  const cached = await cache.find(revision, which);
  if (hub.offline) {
    if (cached !== undefined) return cached;
    throw new AutocircuitError(
      "not-found",
      `${id.name}: revision ${JSON.stringify(revision)} was not fetched before, and nothing is fetched now (\`offline\`, or HF_HUB_OFFLINE).`,
    );
  }
  const context = { hub, model: id.name, revision };
  let listing: HubListing;
  try {
    // Few retries: a name may be a folder's, misspelled, on a machine without a network.
    listing = await listModel(context, cached === undefined ? 2 : 0);
  } catch (error) {
    const offline = error instanceof AutocircuitError && error.cause instanceof TransientError;
    if (offline && cached !== undefined) return cached;
    throw error;
  }
  const atCommit = { ...context, revision: listing.commit };
  const needed = neededFiles(listing, which, id.name);
  const index = needed.find(({ name }) => name === INDEX_FILE);
  if (index) {
    await fetchAll(atCommit, cache, [index]);
    const path = join(cache.snapshot(listing.commit), INDEX_FILE);
    needed.push(...shardFiles(listing, parseShardIndex(await readText(path), path).keys(), id.name));
  }
  await fetchAll(atCommit, cache, needed, onProgress);
  // A fetched configuration alone must not hide the last whole model from those without a network.
  if (which === "all" || cached === undefined) await cache.setRevision(revision, listing.commit);
  return cache.snapshot(listing.commit);
}
