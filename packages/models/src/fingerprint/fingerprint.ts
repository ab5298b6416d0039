import { createHash } from "node:crypto";

/** A weight as it is stored. */
export interface StoredWeight {
  readonly name: string;
  /** What its numbers are stored as. */
  readonly type: string;
  readonly shape: readonly number[];
  /** How many bytes that is. */
  readonly bytes: number;
  read(offset: number, length: number): Uint8Array;
}

/** So many bytes are looked at in one place of a weight, */
const PIECE = 64;
/** and in so many places, the first and the last bytes among them. */
const PIECES = 32;
/** Of a weight whose bytes are no more than these all are looked at. */
const WHOLE = PIECE * PIECES;
const DIGITS = 16;

/** Entries of a `config.json` that do not decide what a model computes: who wrote it, and what weights are stored as, which they say themselves. */
const IDLE = /^(_.*|transformers_version|architectures|torch_dtype|dtype)$/;

/**
 * What tells a model from others of its name: a hash of its configuration and of samples of every stored weight. A few milliseconds, whatever the
 * model's size. Copies of its files have the same; the same weights in another format, or quantised, have another. Training moves every weight, and is
 * seen; single numbers or rows that were changed between the samples are not.
 */
export function fingerprintOf(config: Readonly<Record<string, unknown>>, weights: readonly StoredWeight[]): string {
  const hash = createHash("sha256");
  hash.update(text(Object.fromEntries(Object.entries(config).filter(([key]) => !IDLE.test(key)))));
  for (const { name, type, shape, bytes, read } of weights.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    hash.update(text([name, type, shape]));
    for (const [offset, length] of pieces(bytes)) hash.update(read(offset, length));
  }
  return hash.digest("hex").slice(0, DIGITS);
}

/** Where a weight is looked at: offset and length. */
function pieces(bytes: number): (readonly [number, number])[] {
  if (bytes <= WHOLE) return [[0, bytes]];
  const step = (bytes - PIECE) / (PIECES - 1);
  return Array.from({ length: PIECES }, (_, place) => [Math.round(place * step), PIECE]);
}

/** JSON with keys in order: what wrote a file does not matter. */
function text(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === "bigint") return String(part);
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
