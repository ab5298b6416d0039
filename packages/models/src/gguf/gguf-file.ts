import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { AutocircuitError, badFile, shownValue } from "@autocircuit/base";
import { throwIfAborted } from "@autocircuit/core";
import { ConfigReader } from "../config-reader.ts";
import { GGUF_MARK, type GgufHeader, parseGgufHeader } from "./header.ts";
import { MOST_HEADER_BYTES } from "./limits.ts";
import { recentHeader } from "./recent-header.ts";
import type { GgufTensor } from "./tensor-infos.ts";
import { TENSOR_TYPES } from "./tensor-types.ts";

/** The header is looked for in so many bytes first; most models' are found there. */
const FIRST_BYTES = 2 ** 22;
/** Stored numbers are read at most so many bytes at a time: what lies in memory twice is bounded. */
const CHUNK_BYTES = 2 ** 24;

/** Whether a path names a file in GGUF, by its name or (Ollama's files have none that says so) by its beginning. */
export function isGguf(path: string): boolean {
  if (!existsSync(path) || !statSync(path).isFile()) return false;
  if (path.toLowerCase().endsWith(".gguf")) return true;
  return beginningOf(path) === GGUF_MARK;
}

/** The first characters of a file; none where it cannot be read. */
function beginningOf(path: string): string {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return "";
  }
  try {
    const bytes = Buffer.alloc(GGUF_MARK.length);
    return bytes.toString("latin1", 0, readSync(file, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(file);
  }
}

/**
 * An open GGUF file: its header is read and checked, its tensors are read when asked for.
 *
 * @example
 * await using file = await GgufFile.open("model.gguf");
 * const values = await file.read("token_embd.weight"); // float32, whatever the file stores
 */
export class GgufFile implements AsyncDisposable {
  readonly path: string;
  /** What the file says about the model. Keys are those of llama.cpp. */
  readonly metadata: ConfigReader;
  /** Where each tensor lies, by name. */
  readonly tensors: ReadonlyMap<string, GgufTensor>;
  readonly #handle: FileHandle;

  private constructor(path: string, header: GgufHeader, handle: FileHandle) {
    this.path = path;
    this.metadata = new ConfigReader(Object.fromEntries(header.metadata), path);
    this.tensors = header.tensors;
    this.#handle = handle;
  }

  /**
   * Opens a file and checks its header against its length.
   *
   * @throws AutocircuitError `not-found` or `bad-file`
   */
  static async open(path: string): Promise<GgufFile> {
    const handle = await open(path, "r").catch((cause: unknown) => {
      throw new AutocircuitError("not-found", `${path}: cannot be opened (${(cause as Error).message}).`, { cause });
    });
    try {
      const stat = await handle.stat({ bigint: true });
      const header = await recentHeader(path, stat, () => readHeader(handle, path, Number(stat.size)));
      const parts = header.metadata.get("split.count");
      if (typeof parts === "number" && parts > 1)
        throw badFile(
          path,
          `is one of ${shownValue(parts)} parts. Join them: llama-gguf-split --merge FIRST.gguf WHOLE.gguf`,
        );
      return new GgufFile(path, header, handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * All numbers of a tensor, row-major, made of its blocks piece by piece.
   *
   * @throws AutocircuitError `unknown-name`; `bad-file` for a type that is not read, and a file that has become shorter; `aborted`
   */
  async read(name: string, signal?: AbortSignal): Promise<Float32Array> {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new AutocircuitError("unknown-name", `${this.path}: holds no tensor ${JSON.stringify(name)}.`);
    const { blocks, type, size, bytes, byteOffset } = tensor;
    if (!blocks) throw badFile(this.path, unreadType(name, type));
    const values = new Float32Array(size);
    const wholeBlocks = Math.floor(CHUNK_BYTES / blocks.bytes) * blocks.bytes;
    const chunk = new Uint8Array(Math.min(bytes, wholeBlocks));
    for (let done = 0; done < bytes; done += chunk.length) {
      throwIfAborted(signal);
      const part = chunk.subarray(0, Math.min(chunk.length, bytes - done));
      await readAt(this.#handle, part, byteOffset + done, this.path);
      blocks.dequantise(part, part.length / blocks.bytes, values, (done / blocks.bytes) * blocks.elements);
    }
    return values;
  }

  /** Closes the file. What was read stays. */
  async close(): Promise<void> {
    await this.#handle.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Why a tensor cannot be read, and what to do. */
export function unreadType(name: string, type: string): string {
  return (
    `stores ${name} as ${type}; types that are read are ${Object.keys(TENSOR_TYPES).join(", ")}. ` +
    "Look for the model in one of these, or convert it."
  );
}

async function readHeader(handle: FileHandle, path: string, size: number): Promise<GgufHeader> {
  for (let length = Math.min(size, FIRST_BYTES); ; length = Math.min(size, 4 * length)) {
    const bytes = new Uint8Array(Math.min(length, MOST_HEADER_BYTES));
    await readAt(handle, bytes, 0, path);
    const header = parseGgufHeader(bytes, size, path);
    if (header) return header;
  }
}

async function readAt(handle: FileHandle, target: Uint8Array, start: number, path: string): Promise<void> {
  let done = 0;
  while (done < target.length) {
    const { bytesRead } = await handle.read(target, done, target.length - done, start + done);
    if (bytesRead === 0)
      throw badFile(path, `ends ${target.length - done} bytes too early. Is something still writing it?`);
    done += bytesRead;
  }
}
