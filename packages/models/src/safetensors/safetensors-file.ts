import { type FileHandle, open } from "node:fs/promises";
import {
  AutocircuitError,
  badFile,
  cannotRead,
  GIT_LFS_MARK,
  gitLfsPointer,
  headerLength,
  PREFIX_BYTES,
  parseHeader,
  type SafetensorsHeader,
  type TensorInfo,
} from "@autocircuit/base";

/** Reads at most this much at once: one read call cannot return 2 GiB. */
const CHUNK_BYTES = 1 << 28;

/**
 * An open safetensors file: its header is read and checked, its tensors are read when asked for.
 *
 * @example
 * await using file = await SafetensorsFile.open("models/sum/model.safetensors");
 * const bytes = await file.read("embed.W_E");
 */
export class SafetensorsFile implements AsyncDisposable {
  readonly path: string;
  /** Free text the writer left in the header. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Where each tensor lies, by name. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** Element types of the tensors that cannot be read here, by name. */
  readonly unread: ReadonlyMap<string, string>;
  readonly #handle: FileHandle;

  private constructor(path: string, header: SafetensorsHeader, handle: FileHandle) {
    this.path = path;
    this.metadata = header.metadata;
    this.tensors = header.tensors;
    this.unread = header.unread;
    this.#handle = handle;
  }

  /**
   * Opens a file and checks its header against its length.
   *
   * @throws AutocircuitError `not-found` or `bad-file`
   */
  static async open(path: string): Promise<SafetensorsFile> {
    const handle = await open(path, "r").catch((cause: unknown) => {
      throw cannotRead(path, cause);
    });
    try {
      const stats = await handle.stat();
      // What opens a folder like a file hears of it only when it reads.
      if (stats.isDirectory()) throw cannotRead(path, Object.assign(new Error("a folder"), { code: "EISDIR" }));
      const { size } = stats;
      await refusePointer(handle, size, path);
      const prefix = new Uint8Array(await readAt(handle, 0, Math.min(PREFIX_BYTES, size), path));
      const length = headerLength(prefix, size, path);
      const json = new Uint8Array(await readAt(handle, PREFIX_BYTES, length, path));
      return new SafetensorsFile(path, parseHeader(json, size, path), handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * Where a tensor lies.
   *
   * @throws AutocircuitError `unknown-name`
   */
  info(name: string): TensorInfo {
    const info = this.tensors.get(name);
    if (info) return info;
    const type = this.unread.get(name);
    const problem = type === undefined ? "holds no tensor" : `does not read type ${type}, that of tensor`;
    throw new AutocircuitError("unknown-name", `${this.path}: ${problem} ${JSON.stringify(name)}.`);
  }

  /** The bytes of one tensor, little-endian and row-major, in a buffer of their own. */
  async read(name: string): Promise<ArrayBuffer> {
    const { byteOffset, bytes } = this.info(name);
    return readAt(this.#handle, byteOffset, bytes, this.path);
  }

  /** Closes the file. What was read stays. */
  async close(): Promise<void> {
    await this.#handle.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** A pointer of Git LFS would be taken for a header of 2 * 10^18 bytes. */
async function refusePointer(handle: FileHandle, size: number, path: string): Promise<void> {
  if (size < GIT_LFS_MARK.length) return;
  const begin = new TextDecoder("latin1").decode(await readAt(handle, 0, GIT_LFS_MARK.length, path));
  const problem = gitLfsPointer(begin);
  if (problem !== undefined) throw badFile(path, `is not safetensors: ${problem}.`);
}

async function readAt(handle: FileHandle, start: number, bytes: number, path: string): Promise<ArrayBuffer> {
  const target = new Uint8Array(bytes);
  let done = 0;
  while (done < bytes) {
    const want = Math.min(CHUNK_BYTES, bytes - done);
    const { bytesRead } = await handle.read(target, done, want, start + done);
    if (bytesRead === 0) throw badFile(path, `ends ${bytes - done} bytes too early. Is something still writing it?`);
    done += bytesRead;
  }
  return target.buffer;
}
