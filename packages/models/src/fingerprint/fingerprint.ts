import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { crc32 } from "node:zlib";
import { throwIfAborted } from "@autocircuit/core";

/** A weight as it is stored. */
export interface StoredWeight {
  readonly name: string;
  /** What its numbers are stored as. */
  readonly type: string;
  readonly shape: readonly number[];
  /** How many bytes that is. */
  readonly bytes: number;
  /** What it gives may be overwritten by the next call. */
  read(offset: number, length: number): Uint8Array;
}

/** How it is made, which each begins with: what was made otherwise is not compared with it, see `sameWeights`. */
const WAY = "v2";
/** So many bytes are read and summed at once; they fit in a processor's cache. */
const PIECE = 1 << 18;
/** After so many bytes others may go on, and it may be stopped. */
const UNBROKEN = 1 << 25;
const DIGITS = 16;

/** Entries of a `config.json` that do not decide what a model computes: who wrote it, and what weights are stored as, which they say themselves. */
const IDLE = /^(_.*|transformers_version|architectures|torch_dtype|dtype)$/;

/**
 * What tells a model from others of its name: a hash of its configuration and of every byte of every stored weight. Copies of its files have the same;
 * the same weights in another format, or quantised, have another. Of each piece of a weight the hash takes the CRC-32, which goes through memory at
 * several GB/s: a single number that was changed is always seen, any other change of a piece but for one in 2^32.
 *
 * @throws AutocircuitError `aborted`
 */
export async function fingerprintOf(
  config: Readonly<Record<string, unknown>>,
  weights: readonly StoredWeight[],
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash("sha256");
  hash.update(text(Object.fromEntries(Object.entries(config).filter(([key]) => !IDLE.test(key)))));
  let unbroken = 0;
  for (const { name, type, shape, bytes, read } of weights.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    hash.update(text([name, type, shape]));
    const sums = new DataView(new ArrayBuffer(4 * Math.ceil(bytes / PIECE)));
    for (let place = 0; place * PIECE < bytes; place++) {
      const length = Math.min(PIECE, bytes - place * PIECE);
      sums.setUint32(4 * place, crc32(read(place * PIECE, length)));
      unbroken += length;
      if (unbroken < UNBROKEN) continue;
      unbroken = 0;
      await setImmediate();
      throwIfAborted(signal);
    }
    hash.update(sums);
  }
  return `${WAY}:${hash.digest("hex").slice(0, DIGITS)}`;
}

/** JSON with keys in order: what wrote a file does not matter. */
function text(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === "bigint") return String(part);
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
