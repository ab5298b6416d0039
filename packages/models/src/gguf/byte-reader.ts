import { badFile, counted, shownValue } from "@autocircuit/base";
import { MOST_HEADER_BYTES } from "./limits.ts";

/** Says that a header goes on behind the bytes that were read so far. */
export class MoreNeeded extends Error {
  override readonly name = "MoreNeeded";
}

/**
 * Reads little-endian values one after the other from the beginning of a file. Every length is compared with the length of the file before
 * anything is made of it.
 */
export class ByteReader {
  readonly path: string;
  /** Length of the whole file. */
  readonly fileBytes: number;
  readonly #bytes: Buffer;
  #at = 0;

  /** @param bytes the beginning of the file, or all of it */
  constructor(bytes: Uint8Array, fileBytes: number, path: string) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.fileBytes = fileBytes;
    this.path = path;
  }

  /** Bytes read so far. */
  get at(): number {
    return this.#at;
  }

  /** Bytes of the file behind these. */
  get left(): number {
    return this.fileBytes - this.#at;
  }

  u8 = () => this.#bytes.readUInt8(this.#take(1, "a number"));
  i8 = () => this.#bytes.readInt8(this.#take(1, "a number"));
  u16 = () => this.#bytes.readUInt16LE(this.#take(2, "a number"));
  i16 = () => this.#bytes.readInt16LE(this.#take(2, "a number"));
  u32 = () => this.#bytes.readUInt32LE(this.#take(4, "a number"));
  i32 = () => this.#bytes.readInt32LE(this.#take(4, "a number"));
  f32 = () => this.#bytes.readFloatLE(this.#take(4, "a number"));
  f64 = () => this.#bytes.readDoubleLE(this.#take(8, "a number"));
  /** 64 bits; from 2^53 on rounded, and so beyond every size that is allowed. */
  u64 = () => Number(this.#bytes.readBigUInt64LE(this.#take(8, "a number")));
  i64 = () => Number(this.#bytes.readBigInt64LE(this.#take(8, "a number")));

  /**
   * A length (64 bits) and a text of so many bytes.
   *
   * @param what for errors
   * @throws AutocircuitError `bad-file`
   */
  text(what: string, longest = Number.POSITIVE_INFINITY): string {
    const length = this.u64();
    if (length > longest)
      throw this.fail(`${what} is ${shownValue(length)} bytes long; at most ${longest} are allowed`);
    const start = this.#take(length, what);
    return this.#bytes.toString("utf8", start, start + length);
  }

  /**
   * A count (64 bits) of things that take at least some bytes each.
   *
   * @throws AutocircuitError `bad-file` for more than may be, or than the rest of the file has room for
   */
  count(what: string, most: number, leastBytes: number): number {
    return this.checkedCount(this.u64(), what, most, leastBytes);
  }

  /** The same for a count that was read. */
  checkedCount(count: number, what: string, most: number, leastBytes: number): number {
    if (count > most) throw this.fail(`declares ${shownValue(count)} ${what}; at most ${most} are allowed`);
    if (count * leastBytes <= this.left) return count;
    throw this.fail(`declares ${shownValue(count)} ${what}, but only ${this.left} bytes are left of it`);
  }

  /** The error for a file that cannot be read. */
  fail(problem: string): Error {
    return badFile(this.path, `${problem} (at byte ${this.#at}). Truncated download, or no GGUF?`);
  }

  /** The error for a file that says what no cut could make it say. */
  wrong(problem: string): Error {
    return badFile(this.path, `${problem} (at byte ${this.#at}). It was written wrongly: convert the model again.`);
  }

  #take(bytes: number, what: string): number {
    const start = this.#at;
    const end = start + bytes;
    if (end > this.fileBytes) throw this.fail(`ends ${counted(end - this.fileBytes, "byte")} before ${what} does`);
    if (end > MOST_HEADER_BYTES) throw this.fail(`has a header of more than ${MOST_HEADER_BYTES} bytes`);
    if (end > this.#bytes.length) throw new MoreNeeded();
    this.#at = end;
    return start;
  }
}
