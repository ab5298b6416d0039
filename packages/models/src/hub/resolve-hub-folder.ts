import { existsSync } from "node:fs";
import { join } from "node:path";
import { AutocircuitError, badFile, formatBytes, type KindsOf, kind, signature } from "@autocircuit/base";
import { throwIfAborted } from "@autocircuit/core";
import { fetchAll, findCache } from "./fetch-all.ts";
import { openHub } from "./hub.ts";
import { TransientError } from "./hub-errors.ts";
import { type DownloadProgress, type HubOptions, hubOptions } from "./hub-options.ts";
import { type HubListing, listModel } from "./list-model.ts";
import { checkRevision } from "./model-cache.ts";
import { parseModelId } from "./model-id.ts";
import { checked } from "./needed-files.ts";

/** What is fetched of a repository. */
export interface HubFolderOptions extends HubOptions {
  /** Whether a file is wanted, by its path in the repository. */
  readonly wants: (file: string) => boolean;
  /** More bytes than these are not fetched: the caller is asked for a narrower path instead. */
  readonly mostBytes: number;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

const check = signature("resolveHubFolder", { pathOrName: kind.text }, {
  ...hubOptions,
  wants: kind.required(kind.callback),
  mostBytes: kind.required(kind.positive),
  onProgress: kind.callback,
} satisfies KindsOf<HubFolderOptions>);

/**
 * The place of files that are no model: itself, when it names a file or folder, else a folder or file of a repository on the hub,
 * `owner/name` or `owner/name/path/in/it`, whose wanted files are fetched into the cache of Hugging Face's libraries if they are not there.
 *
 * @throws AutocircuitError as `resolveModelFolder`; `not-found` also when nothing there is wanted, `bad-input` when it is too much
 * @example
 * await resolveHubFolder("jbloom/GPT2-Small-SAEs-Reformatted/blocks.8.hook_resid_pre", { wants: () => true, mostBytes: 2 ** 32 });
 */
export async function resolveHubFolder(pathOrName: string, options: HubFolderOptions): Promise<string> {
  check({ pathOrName }, options);
  if (existsSync(pathOrName)) return pathOrName;
  const [owner = "", name = "", ...inside] = pathOrName.split("/");
  requireHubName(pathOrName, owner, name);
  const id = parseModelId(`${owner}/${name}`);
  const below = inside.filter((part) => part !== "").join("/");
  if (!isPlain(below)) throw new AutocircuitError("not-found", `${pathOrName}: ${below} is no path in a repository.`);
  const { revision = "main", onProgress } = options;
  checkRevision(revision);
  throwIfAborted(options.signal);
  const hub = await openHub(options);
  const cache = await findCache(id);
  const snapshot = await cache.findSnapshot(revision);
  const cached = snapshot !== undefined && existsSync(join(snapshot, below)) ? join(snapshot, below) : undefined;
  if (hub.offline) {
    if (cached !== undefined) return cached;
    throw new AutocircuitError(
      "not-found",
      `${pathOrName}: was not fetched before, and nothing is fetched now (\`offline\`, or HF_HUB_OFFLINE).`,
    );
  }
  const context = { hub, model: id.name, revision };
  let listing: HubListing;
  try {
    // The hub lists folders: a single file is found in the one that it lies in.
    listing = await listModel(context, cached === undefined ? 2 : 0, isFile(below) ? parentOf(below) : below);
  } catch (error) {
    const unreached = error instanceof AutocircuitError && error.cause instanceof TransientError;
    if (unreached && cached !== undefined) return cached;
    throw error;
  }
  const here = [...listing.files.values()].filter(
    (file) => below === "" || file.name === below || file.name.startsWith(`${below}/`),
  );
  const needed = here.filter((file) => options.wants(file.name)).map((file) => checked(file, id.name));
  const odd = needed.find((file) => !isPlain(file.name));
  if (odd) throw badFile(hub.endpoint, `lists ${JSON.stringify(odd.name)} in ${id.name}, which is no path in it.`);
  checkAmount(pathOrName, needed, here.length, options.mostBytes);
  await fetchAll({ ...context, revision: listing.commit }, cache, needed, onProgress);
  await cache.setRevision(revision, listing.commit);
  return join(cache.snapshot(listing.commit), below);
}

/** @throws AutocircuitError `not-found` for what can only have been meant as a place on this machine */
function requireHubName(text: string, owner: string, name: string): void {
  const refuse = (problem: string) => {
    throw new AutocircuitError("not-found", `${text}: ${problem}`);
  };
  if (owner === "" || name === "" || /^[.~]|\\/.test(text))
    refuse("does not exist as a folder. Check the path; names on the hub have the form owner/name or owner/name/path.");
  const place = `${owner}/${name}`;
  if (existsSync(place)) refuse(`there is ${place} here, but nothing of this name in it. Check the path.`);
}

function checkAmount(name: string, needed: readonly { size: number }[], listed: number, most: number): void {
  if (needed.length === 0) {
    throw new AutocircuitError(
      "not-found",
      `${name}: none of its ${listed} files on the hub is of a kind that is read here.`,
    );
  }
  const bytes = needed.reduce((sum, { size }) => sum + size, 0);
  if (bytes <= most) return;
  throw new AutocircuitError(
    "bad-input",
    `${name}: its ${needed.length} files have ${formatBytes(bytes)}, more than the ${formatBytes(most)} that are fetched at once. Give the path of a folder in it.`,
  );
}

/** Whether a path stays in the folder that it is taken from. */
function isPlain(path: string): boolean {
  return path === "" || (!/[\\\0]/.test(path) && !path.split("/").some((part) => ["", ".", ".."].includes(part)));
}

function isFile(path: string): boolean {
  return /\.(pt|npz|safetensors|json|yaml)$/.test(path);
}

function parentOf(path: string): string {
  return path.split("/").slice(0, -1).join("/");
}
