import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { AutocircuitError, badFile, readText, type TensorInfo } from "@autocircuit/base";
import type { Tensor } from "@autocircuit/native";
import { SafetensorsFile } from "./safetensors-file.ts";
import { INDEX_FILE, parseShardIndex } from "./shard-index.ts";
import { tensorFromFile } from "./tensor-from-file.ts";

const SINGLE_FILE = "model.safetensors";

/**
 * The tensors of a checkpoint folder, in one file (`model.safetensors`) or in shards with an index.
 *
 * @example
 * await using checkpoint = await Checkpoint.open("models/gpt2");
 * for (const name of checkpoint.names()) console.log(name, checkpoint.info(name).shape);
 */
export class Checkpoint implements AsyncDisposable {
  readonly folder: string;
  readonly #files: readonly SafetensorsFile[];
  readonly #homes = new Map<string, SafetensorsFile>();

  /** @param listed the file of each tensor, for tensors that an index places */
  private constructor(
    folder: string,
    files: readonly SafetensorsFile[],
    listed: readonly (readonly [string, SafetensorsFile])[] = [],
  ) {
    this.folder = folder;
    this.#files = files;
    for (const file of files) for (const name of file.tensors.keys()) this.#homes.set(name, file);
    for (const [name, file] of listed) this.#homes.set(name, file);
  }

  /**
   * Opens every file of the checkpoint and checks all headers, and the index against them.
   *
   * @throws AutocircuitError `not-found` when there are no safetensors, or no index that names them; `bad-file` when
   *   something in them is wrong
   */
  static async open(folder: string): Promise<Checkpoint> {
    if (existsSync(join(folder, SINGLE_FILE))) {
      return new Checkpoint(folder, [await SafetensorsFile.open(join(folder, SINGLE_FILE))]);
    }
    const indexPath = join(folder, INDEX_FILE);
    if (!existsSync(indexPath)) throw new AutocircuitError("not-found", `${folder}: ${whatIsMissing(folder)}`);
    const shards = parseShardIndex(await readText(indexPath), indexPath);
    const files: SafetensorsFile[] = [];
    const listed: [string, SafetensorsFile][] = [];
    try {
      for (const [name, tensors] of shards) {
        const file = await SafetensorsFile.open(join(folder, name));
        files.push(file);
        checkShard(file, tensors, indexPath);
        for (const tensor of tensors) if (file.tensors.has(tensor)) listed.push([tensor, file]);
      }
      checkOnce(files, shards);
    } catch (error) {
      await closeAll(files);
      throw error;
    }
    return new Checkpoint(folder, files, listed);
  }

  /** Names of all tensors. */
  names(): string[] {
    return [...this.#homes.keys()];
  }

  /** Tensors whose element type is not read, with the type. */
  unread(): Map<string, string> {
    return new Map(this.#files.flatMap(({ unread }) => [...unread]));
  }

  /** Whether some file holds this tensor. */
  has(name: string): boolean {
    return this.#homes.has(name);
  }

  /** The file that holds a tensor. */
  file(name: string): SafetensorsFile {
    const file = this.#homes.get(name);
    if (!file) throw new AutocircuitError("unknown-name", `${this.folder}: holds no tensor ${JSON.stringify(name)}.`);
    return file;
  }

  /** Where a tensor lies in its file. */
  info(name: string): TensorInfo {
    return this.file(name).info(name);
  }

  /** Loads a tensor into the engine, see {@link tensorFromFile}. */
  async load(name: string): Promise<Tensor> {
    return tensorFromFile(this.file(name), name);
  }

  /** Closes the files. What was loaded stays. */
  async close(): Promise<void> {
    await closeAll(this.#files);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Whether a shard holds what the index says it does. What it holds besides counts as well: names in a file are enough. */
function checkShard(file: SafetensorsFile, promised: ReadonlySet<string>, indexPath: string): void {
  for (const name of promised) {
    if (!file.tensors.has(name) && !file.unread.has(name)) {
      throw badFile(indexPath, `places tensor ${JSON.stringify(name)} in ${file.path}, which does not hold it.`);
    }
  }
}

/** Refuses a tensor that lies in two shards: which of them is meant would be a guess, unless the index names one. */
function checkOnce(files: readonly SafetensorsFile[], shards: ReadonlyMap<string, ReadonlySet<string>>): void {
  const listed = new Set([...shards.values()].flatMap((names) => [...names]));
  const seen = new Map<string, SafetensorsFile>();
  for (const file of files) {
    for (const name of file.tensors.keys()) {
      const other = seen.get(name);
      if (other && !listed.has(name)) {
        throw badFile(
          file.path,
          `holds tensor ${JSON.stringify(name)}, and so does ${other.path}; the index names neither.`,
        );
      }
      seen.set(name, file);
    }
  }
}

/** What a folder without `model.safetensors` and without an index has instead. */
function whatIsMissing(folder: string): string {
  const found = existsSync(folder) ? readdirSync(folder).sort() : [];
  const shards = found.filter((name) => name.endsWith(".safetensors"));
  const shown = shards.length > 3 ? [...shards.slice(0, 3), "..."] : shards;
  if (shards.length > 0) {
    return `has ${shown.join(", ")}, but neither ${SINGLE_FILE} nor ${INDEX_FILE}, which says what lies in which file. Fetch the index too (one file alone may be renamed to ${SINGLE_FILE}).`;
  }
  const pickled = found.filter((name) => /\.(bin|pt|pth|ckpt)$/.test(name));
  const advice =
    pickled.length > 0 ? ` Pickled weights (${pickled[0]}) are not read; convert them to safetensors.` : "";
  return `has neither ${SINGLE_FILE} nor ${INDEX_FILE}.${advice}`;
}

async function closeAll(files: readonly SafetensorsFile[]): Promise<void> {
  await Promise.all(files.map((file) => file.close()));
}
