import { halfTable } from "./half-table.ts";

/** Numbers of 4 bits that name one of 16 levels, which lie closer together near zero. */
const LEVELS = Int8Array.of(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);
const PART = 32;
const HALF = 16;

/** `d level`, 32 numbers to a block. */
export function iq4nl(bytes: Uint8Array, count: number, values: Float32Array, at: number): void {
  const half = halfTable();
  for (let block = 0, from = 0, to = at; block < count; block++, from += 18, to += PART)
    levels(bytes, from + 2, half[bytes[from]! | (bytes[from + 1]! << 8)]!, values, to);
}

/** `d (scale - 32) level`, 8 parts of 32 numbers with scales of 6 bits. */
export function iq4xs(bytes: Uint8Array, count: number, values: Float32Array, at: number): void {
  const half = halfTable();
  for (let block = 0, from = 0, to = at; block < count; block++, from += 136, to += 256) {
    const d = half[bytes[from]! | (bytes[from + 1]! << 8)]!;
    const high = bytes[from + 2]! | (bytes[from + 3]! << 8);
    for (let part = 0; part < 8; part++) {
      const low = (bytes[from + 4 + (part >> 1)]! >> (4 * (part & 1))) & 15;
      const scale = d * ((low | (((high >> (2 * part)) & 3) << 4)) - 32);
      levels(bytes, from + 8 + HALF * part, scale, values, to + PART * part);
    }
  }
}

function levels(bytes: Uint8Array, from: number, scale: number, values: Float32Array, to: number): void {
  for (let i = 0; i < HALF; i++) {
    const pair = bytes[from + i]!;
    values[to + i] = scale * LEVELS[pair & 15]!;
    values[to + HALF + i] = scale * LEVELS[pair >> 4]!;
  }
}
