import { halfTable } from "./half-table.ts";

/**
 * K-quants of 4 to 6 bits: 256 numbers to a block, whose parts have small scales of their own, in units of the block's float16 scale. Each
 * number is rounded to float32 once, as in round-to-nearest.ts.
 */

const ELEMENTS = 256;
const PARTS = 8;
const PART = 32;

/** Scales and minima (6 bits each) of the 8 parts, packed into 12 bytes. */
function unpackScales(bytes: Uint8Array, from: number, scales: Uint8Array, mins: Uint8Array): void {
  for (let i = 0; i < 4; i++) {
    const [low, middle, high] = [bytes[from + i]!, bytes[from + 4 + i]!, bytes[from + 8 + i]!];
    scales[i] = low & 63;
    mins[i] = middle & 63;
    scales[4 + i] = (high & 15) | ((low >> 6) << 4);
    mins[4 + i] = (high >> 4) | ((middle >> 6) << 4);
  }
}

/** `d scale q - dmin min`; each 32 bytes hold the lower and upper halves of two parts. */
export function q4k(bytes: Uint8Array, count: number, values: Float32Array, at: number): void {
  const half = halfTable();
  const [scales, mins] = [new Uint8Array(PARTS), new Uint8Array(PARTS)];
  for (let block = 0, from = 0, to = at; block < count; block++, from += 144, to += ELEMENTS) {
    const d = half[bytes[from]! | (bytes[from + 1]! << 8)]!;
    const dmin = half[bytes[from + 2]! | (bytes[from + 3]! << 8)]!;
    unpackScales(bytes, from + 4, scales, mins);
    for (let part = 0; part < PARTS; part++) {
      const [scale, min] = [d * scales[part]!, dmin * mins[part]!];
      const quants = from + 16 + PART * (part >> 1);
      const shift = 4 * (part & 1);
      const out = to + PART * part;
      for (let i = 0; i < PART; i++) values[out + i] = scale * ((bytes[quants + i]! >> shift) & 15) - min;
    }
  }
}

/** The same with a fifth bit: bit `part` of 32 further bytes. */
export function q5k(bytes: Uint8Array, count: number, values: Float32Array, at: number): void {
  const half = halfTable();
  const [scales, mins] = [new Uint8Array(PARTS), new Uint8Array(PARTS)];
  for (let block = 0, from = 0, to = at; block < count; block++, from += 176, to += ELEMENTS) {
    const d = half[bytes[from]! | (bytes[from + 1]! << 8)]!;
    const dmin = half[bytes[from + 2]! | (bytes[from + 3]! << 8)]!;
    unpackScales(bytes, from + 4, scales, mins);
    for (let part = 0; part < PARTS; part++) {
      const [scale, min] = [d * scales[part]!, dmin * mins[part]!];
      const quants = from + 48 + PART * (part >> 1);
      const shift = 4 * (part & 1);
      const out = to + PART * part;
      for (let i = 0; i < PART; i++) {
        const q = ((bytes[quants + i]! >> shift) & 15) | (((bytes[from + 16 + i]! >> part) & 1) << 4);
        values[out + i] = scale * q - min;
      }
    }
  }
}

/** `d scale (q - 32)` with 6 bits and a signed scale for each 16 numbers. A half block has 64 bytes of low bits and 32 of high ones. */
export function q6k(bytes: Uint8Array, count: number, values: Float32Array, at: number): void {
  const half = halfTable();
  for (let block = 0, from = 0, to = at; block < count; block++, from += 210, to += ELEMENTS) {
    const d = half[bytes[from + 208]! | (bytes[from + 209]! << 8)]!;
    for (let part = 0; part < PARTS; part++) {
      const [side, quarter] = [part >> 2, part & 3];
      const low = from + 64 * side + PART * (quarter & 1);
      const high = from + 128 + PART * side;
      const [lowShift, highShift] = [4 * (quarter >> 1), 2 * quarter];
      const out = to + PART * part;
      for (let i = 0; i < PART; i++) {
        const scale = (bytes[from + 192 + 2 * part + (i >> 4)]! << 24) >> 24;
        const q = ((bytes[low + i]! >> lowShift) & 15) | (((bytes[high + i]! >> highShift) & 3) << 4);
        values[out + i] = d * scale * (q - 32);
      }
    }
  }
}
