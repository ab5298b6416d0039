import { badFile } from "@autocircuit/base";

/** Reads a pickle's bytes one after the other. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #where: string;
  #at = 0;

  constructor(bytes: Uint8Array, where: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#where = where;
  }

  /** Place of the next byte. */
  get at(): number {
    return this.#at;
  }

  byte(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#skip(2), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#skip(4), true);
  }

  /** A big-endian double, as pickles have them. */
  double(): number {
    return this.#view.getFloat64(this.#skip(8), false);
  }

  /** A whole number in two's complement of so many bytes. @throws AutocircuitError `bad-file` beyond 2^53 */
  long(bytes: number): number {
    const start = this.#skip(bytes);
    let value = 0n;
    for (let i = bytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.#bytes[start + i]!);
    const signed = Number(bytes === 0 ? 0n : BigInt.asIntN(8 * bytes, value));
    if (!Number.isSafeInteger(signed)) throw badFile(this.#where, "holds a whole number beyond 2^53.");
    return signed;
  }

  /** UTF-8 text of so many bytes. */
  text(bytes: number): string {
    const start = this.#skip(bytes);
    return new TextDecoder().decode(this.#bytes.subarray(start, start + bytes));
  }

  /** Text up to the next line break. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw this.#ended();
    const text = this.text(end - this.#at);
    this.#at = end + 1;
    return text;
  }

  /** Goes on; gives the place from which. */
  #skip(bytes: number): number {
    if (this.#at + bytes > this.#bytes.length) throw this.#ended();
    const start = this.#at;
    this.#at += bytes;
    return start;
  }

  #ended() {
    return badFile(this.#where, "ends in the middle. Truncated download?");
  }
}
