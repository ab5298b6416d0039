import { readFileSync } from "node:fs";
import { AutocircuitError } from "@autocircuit/base";
import type { HostTensor } from "./recorder.ts";

/**
 * Expected tensors of float32, and bytes, read into host memory. A reader of its own, so that the suite does not compare the library's reader with itself.
 *
 * @throws AutocircuitError `bad-file` when a tensor is neither float32, int64 nor bytes, or lies outside the file
 */
export class ExpectedTensors {
  readonly #tensors = new Map<string, HostTensor>();
  readonly #bytes = new Map<string, Uint8Array>();

  constructor(path: string) {
    const bytes = readFileSync(path);
    const headerLength = Number(bytes.readBigUInt64LE(0));
    const start = 8 + headerLength;
    const header = JSON.parse(bytes.toString("utf8", 8, start)) as Record<
      string,
      { dtype: string; shape: number[]; data_offsets: [number, number] }
    >;
    for (const [name, entry] of Object.entries(header)) {
      if (name === "__metadata__") continue;
      const [from, to] = entry.data_offsets;
      if (entry.dtype === "U8" && start + to <= bytes.length) {
        this.#bytes.set(name, bytes.subarray(start + from, start + to));
        continue;
      }
      const bytesOf = { F32: 4, I64: 8 }[entry.dtype];
      if (bytesOf === undefined || start + to > bytes.length) {
        throw new AutocircuitError(
          "bad-file",
          `${path}: tensor ${name} (${entry.dtype}) is neither float32, int64 nor bytes inside the file.`,
        );
      }
      // A copy, because a view needs an offset that is a multiple of its element's size.
      const copy = new Uint8Array(bytes.subarray(start + from, start + to)).buffer;
      const data = bytesOf === 4 ? new Float32Array(copy) : Float64Array.from(new BigInt64Array(copy), Number);
      this.#tensors.set(name, { shape: entry.shape, data });
    }
  }

  /** Names that start with `prefix`. */
  names(prefix = ""): string[] {
    return [...this.#tensors.keys()].filter((name) => name.startsWith(prefix));
  }

  /** Names of what is stored as bytes. */
  byteNames(): string[] {
    return [...this.#bytes.keys()];
  }

  /** Its bytes. @throws AutocircuitError `not-found` when there is nothing of this name */
  bytes(name: string): Uint8Array {
    const bytes = this.#bytes.get(name);
    if (bytes) return bytes;
    throw new AutocircuitError("not-found", `The expected tensors have no bytes "${name}".`);
  }

  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  /** @throws AutocircuitError `not-found` when there is no such tensor */
  get(name: string): HostTensor {
    const tensor = this.#tensors.get(name);
    if (tensor) return tensor;
    throw new AutocircuitError("not-found", `The expected tensors have no "${name}".`);
  }
}
