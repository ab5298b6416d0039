import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { TensorInfo } from "@autocircuit/core";
import { AutocircuitError, type Tensor } from "@autocircuit/native";
import { badFile } from "../bad-file.ts";
import { SafetensorsFile } from "./safetensors-file.ts";
import { INDEX_FILE, parseShardIndex } from "./shard-index.ts";
import { tensorFromFile } from "./tensor-from-file.ts";

const SINGLE_FILE = "model.safetensors";

/**
 * The tensors of a checkpoint folder, in one file (`model.safetensors`) or in shards with an index.
 *
 * @example
 * await using checkpoint = await Checkpoint.open("models/gpt2");
 * const embedding = await checkpoint.load("wte.weight");
 */
export class Checkpoint implements AsyncDisposable {
  readonly folder: string;
  readonly #files: readonly SafetensorsFile[];
  readonly #homes = new Map<string, SafetensorsFile>();

  private constructor(folder: string, files: readonly SafetensorsFile[]) {
    this.folder = folder;
    this.#files = files;
    for (const file of files) for (const name of file.tensors.keys()) this.#homes.set(name, file);
  }

  /**
   * Opens every file of the checkpoint and checks all headers, and the index against them.
   *
   * @throws AutocircuitError `not-found` when there are no safetensors, `bad-file` when something in them is wrong
   */
  static async open(folder: string): Promise<Checkpoint> {
    if (existsSync(join(folder, SINGLE_FILE))) {
      return new Checkpoint(folder, [await SafetensorsFile.open(join(folder, SINGLE_FILE))]);
    }
    const indexPath = join(folder, INDEX_FILE);
    if (!existsSync(indexPath)) {
      throw new AutocircuitError(
        "not-found",
        `${folder}: has neither ${SINGLE_FILE} nor ${INDEX_FILE}. Pickled weights (.bin, .pt) are not read; convert them to safetensors.`,
      );
    }
    const shards = parseShardIndex(await readFile(indexPath, "utf8"), indexPath);
    const files: SafetensorsFile[] = [];
    try {
      for (const [name, tensors] of shards) {
        const file = await SafetensorsFile.open(join(folder, name));
        files.push(file);
        checkShard(file, tensors, indexPath);
      }
    } catch (error) {
      await closeAll(files);
      throw error;
    }
    return new Checkpoint(folder, files);
  }

  /** Names of all tensors. */
  names(): string[] {
    return [...this.#homes.keys()];
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

function checkShard(file: SafetensorsFile, promised: ReadonlySet<string>, indexPath: string): void {
  for (const name of promised) {
    if (!file.tensors.has(name)) {
      throw badFile(indexPath, `places tensor ${JSON.stringify(name)} in ${file.path}, which does not hold it.`);
    }
  }
  for (const name of file.tensors.keys()) {
    if (!promised.has(name))
      throw badFile(file.path, `holds tensor ${JSON.stringify(name)}, which ${indexPath} does not place there.`);
  }
}

async function closeAll(files: readonly SafetensorsFile[]): Promise<void> {
  await Promise.all(files.map((file) => file.close()));
}
