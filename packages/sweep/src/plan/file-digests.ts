import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { createReadStream } from "node:fs";
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { AutocircuitError, writeWhole } from "@autocircuit/base";

/** What of a folder of a model or of autoencoders a loader may read: configuration, weights, tokenizer. */
const MODEL_FILES = /\.(json|yaml|safetensors|gguf|pt|npz|txt|model)$/i;

/** Files of up to so many bytes are read whenever they are asked for. */
const SMALL = 4 * 2 ** 20;
/** Clocks of file systems are coarse: for so many milliseconds a file may change without another time of change. */
const FRESH = 2000;

/**
 * SHA-256 of files' content. Large files are read once: what is known of a file of the same place, inode, size and times, that of its last
 * change among them, is kept in a file, which other processes may write too; the last one wins, and others only read again.
 */
export class FileDigests {
  readonly #cache: string | undefined;
  #known: Map<string, string> | undefined;
  #grown = false;

  /** @param cache file to keep digests in; by default nowhere */
  constructor(cache?: string) {
    this.#cache = cache;
  }

  /**
   * Of a file, or of all that a loader may read in a folder.
   *
   * @throws AutocircuitError `not-found`
   */
  async of(path: string): Promise<string> {
    const found = await stat(path).catch((cause: unknown) => {
      throw new AutocircuitError("not-found", `${path}: there is no such file or folder. Check the path.`, { cause });
    });
    if (!found.isDirectory()) return this.#file(path);
    const names = (await readdir(path, { recursive: true, withFileTypes: true }))
      .filter((entry) => !entry.isDirectory() && MODEL_FILES.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    const hash = createHash("sha256");
    for (const name of names) hash.update(`${name.slice(path.length)}\0${await this.#file(name)}\n`);
    return hash.digest("hex");
  }

  /**
   * Makes sure that files are what they were.
   *
   * @param files their digests by path
   * @throws AutocircuitError `bad-file` for one that is another, `not-found`
   */
  async requireSame(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, digest] of Object.entries(files)) {
      if ((await this.of(path)) === digest) continue;
      throw new AutocircuitError(
        "bad-file",
        `${path} changed since the plan was read. Start the sweep again: with what is there now its units are others.`,
      );
    }
  }

  /** Writes what was learnt; a cache that cannot be written is none. */
  async save(): Promise<void> {
    if (!this.#grown || this.#cache === undefined) return;
    try {
      await writeWhole(this.#cache, JSON.stringify(Object.fromEntries(this.#known!)));
      this.#grown = false;
    } catch {
      // Perhaps the folder is still to be made.
    }
  }

  async #file(path: string): Promise<string> {
    const place = await realpath(path);
    const before = await stat(place, { bigint: true });
    if (before.size <= SMALL) return sha256(place);
    this.#known ??= await readKnown(this.#cache);
    const key = keyOf(place, before);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const digest = await sha256(place);
    const settled = Date.now() - Number(before.ctimeNs / 1_000_000n) > FRESH;
    if (settled && keyOf(place, await stat(place, { bigint: true })) === key) {
      this.#known.set(key, digest);
      this.#grown = true;
    }
    return digest;
  }
}

function keyOf(place: string, { ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${place} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}

async function sha256(place: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(place, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}

async function readKnown(cache: string | undefined): Promise<Map<string, string>> {
  if (cache === undefined) return new Map();
  try {
    const entries = Object.entries(JSON.parse(await readFile(cache, "utf8")) as object);
    return new Map(entries.filter((entry): entry is [string, string] => /^[0-9a-f]{64}$/.test(String(entry[1]))));
  } catch {
    return new Map();
  }
}
