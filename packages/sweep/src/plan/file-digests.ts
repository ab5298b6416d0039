import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { AutocircuitError, writeWhole } from "@autocircuit/base";

/** What of a folder of a model or of autoencoders a loader may read: configuration, weights, tokenizer. */
const MODEL_FILES = /\.(json|yaml|safetensors|gguf|pt|npz|txt|model)$/i;

/**
 * SHA-256 of files' content. Large files are read once: what is known of a file of the same place, size and time is kept in a file, which
 * other processes may write too; the last one wins, and others only read again.
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

  /** Writes what was learnt; a cache that cannot be written is none. */
  async save(): Promise<void> {
    if (!this.#grown || this.#cache === undefined) return;
    await writeWhole(this.#cache, JSON.stringify(Object.fromEntries(this.#known!))).catch(() => undefined);
    this.#grown = false;
  }

  async #file(path: string): Promise<string> {
    const place = await realpath(path);
    const { size, mtimeMs } = await stat(place);
    const key = `${place} ${size} ${mtimeMs}`;
    this.#known ??= await readKnown(this.#cache);
    const before = this.#known.get(key);
    if (before !== undefined) return before;
    const hash = createHash("sha256");
    await pipeline(createReadStream(place, { highWaterMark: 1 << 20 }), hash);
    const digest = hash.digest("hex");
    this.#known.set(key, digest);
    this.#grown = true;
    return digest;
  }
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
