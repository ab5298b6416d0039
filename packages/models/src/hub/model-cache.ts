import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { AutocircuitError, readText, writeWhole } from "@autocircuit/base";
import { INDEX_FILE, parseShardIndex } from "../safetensors/shard-index.ts";
import type { HubFile } from "./list-model.ts";
import { WEIGHTS_FILE } from "./needed-files.ts";

const COMMIT = /^[0-9a-f]{40}$/;

/**
 * One model in the user's cache, laid out as every Hugging Face library does, so that weights fetched from Python are
 * found and the other way around: `blobs/<checksum>` holds contents, `snapshots/<commit>/<file>` links to them, and
 * `refs/<revision>` says which commit a branch was at.
 */
export class ModelCache {
  readonly #folder: string;

  /** @param folder `models--owner--name` in the cache */
  constructor(folder: string) {
    this.#folder = folder;
  }

  snapshot(commit: string): string {
    return join(this.#folder, "snapshots", commit);
  }

  /** Where a file's content is kept. */
  blob({ checksum }: HubFile): string {
    return join(this.#folder, "blobs", checksum.hex);
  }

  /**
   * The snapshot that a revision was at when it was last fetched, if all it needs is there.
   *
   * @param which as for `resolveModelFolder`
   */
  async find(revision: string, which: "all" | "config"): Promise<string | undefined> {
    const folder = await this.findSnapshot(revision);
    if (folder === undefined || !existsSync(join(folder, "config.json"))) return undefined;
    return which === "config" || (await hasWeights(folder)) ? folder : undefined;
  }

  /** The snapshot that a revision was at when it was last fetched, whatever is there of it. */
  async findSnapshot(revision: string): Promise<string | undefined> {
    const commit = COMMIT.test(revision) ? revision : await readFile(this.#ref(revision), "utf8").catch(() => "");
    return COMMIT.test(commit.trim()) ? this.snapshot(commit.trim()) : undefined;
  }

  /** Whether a snapshot has a file, whole. */
  async has(commit: string, file: HubFile): Promise<boolean> {
    return (await sizeOf(join(this.snapshot(commit), file.name))) === file.size;
  }

  /** Puts a file whose content is there into a snapshot. */
  async link(commit: string, file: HubFile): Promise<void> {
    const path = join(this.snapshot(commit), file.name);
    await mkdir(dirname(path), { recursive: true });
    await rm(path, { force: true });
    try {
      await symlink(relative(dirname(path), this.blob(file)), path);
    } catch {
      if (await this.has(commit, file)) return;
      // Windows lets few users make links.
      await copyFile(this.blob(file), `${path}.incomplete`);
      await rename(`${path}.incomplete`, path);
    }
  }

  /** Remembers which commit a revision is at. */
  async setRevision(revision: string, commit: string): Promise<void> {
    if (COMMIT.test(revision)) return;
    await mkdir(dirname(this.#ref(revision)), { recursive: true });
    await writeWhole(this.#ref(revision), commit);
  }

  #ref(revision: string): string {
    return join(this.#folder, "refs", revision);
  }
}

/**
 * Checks the name of a branch, tag or commit: it becomes part of a path.
 *
 * @throws AutocircuitError `bad-input`
 */
export function checkRevision(revision: string): void {
  if (/^[\w][\w.+-]*(\/[\w][\w.+-]*)*$/.test(revision) && !revision.includes("..")) return;
  throw new AutocircuitError(
    "bad-input",
    `\`revision\` is ${JSON.stringify(revision)}, which is no branch, tag or commit.`,
  );
}

async function hasWeights(folder: string): Promise<boolean> {
  if (existsSync(join(folder, WEIGHTS_FILE))) return true;
  const index = join(folder, INDEX_FILE);
  if (!existsSync(index)) return false;
  const shards = parseShardIndex(await readText(index), index);
  return [...shards.keys()].every((name) => existsSync(join(folder, name)));
}

/** Bytes of a file, links followed; undefined when it is not there. */
export async function sizeOf(path: string): Promise<number | undefined> {
  return await stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}
