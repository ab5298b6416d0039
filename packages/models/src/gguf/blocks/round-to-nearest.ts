import { halfTable } from "./half-table.ts";

/**
 * The first types of llama.cpp: 32 numbers of 4, 5 or 8 bits to a block, with a float16 scale; those that end in 1 have a minimum too. Of
 * 4 bits, the lower halves of 16 bytes are the first 16 numbers, the upper ones the others; the fifth bits lie together. Each number is
 * rounded to float32 once: products and sums of float16 and so few bits are exact in JavaScript's numbers.
 */

const ELEMENTS = 32;
const HALF = 16;

/** `d (q - 8)` */
export function q4_0(bytes: Uint8Array, count: number, values: Float32Array, at: number): void {
  const half = halfTable();
  for (let block = 0, from = 0, to = at; block < count; block++, from += 18, to += ELEMENTS) {
    const d = half[bytes[from]! | (bytes[from + 1]! << 8)]!;
    for (let i = 0; i < HALF; i++) {
      const pair = bytes[from + 2 + i]!;
      values[to + i] = d * ((pair & 15) - 8);
      values[to + HALF + i] = d * ((pair >> 4) - 8);
    }
  }
}

/** `d q + m` */
export function q4_1(bytes: Uint8Array, count: number, values: Float32Array, at: number): void {
  const half = halfTable();
  for (let block = 0, from = 0, to = at; block < count; block++, from += 20, to += ELEMENTS) {
    const d = half[bytes[from]! | (bytes[from + 1]! << 8)]!;
    const m = half[bytes[from + 2]! | (bytes[from + 3]! << 8)]!;
    for (let i = 0; i < HALF; i++) {
      const pair = bytes[from + 4 + i]!;
      values[to + i] = d * (pair & 15) + m;
      values[to + HALF + i] = d * (pair >> 4) + m;
    }
  }
}

/** `d (q - 16)` with 5 bits */
export function q5_0(bytes: Uint8Array, count: number, values: Float32Array, at: number): void {
  const half = halfTable();
  for (let block = 0, from = 0, to = at; block < count; block++, from += 22, to += ELEMENTS) {
    const d = half[bytes[from]! | (bytes[from + 1]! << 8)]!;
    const high = bytes[from + 2]! | (bytes[from + 3]! << 8) | (bytes[from + 4]! << 16) | (bytes[from + 5]! << 24);
    for (let i = 0; i < HALF; i++) {
      const pair = bytes[from + 6 + i]!;
      values[to + i] = d * (((pair & 15) | (((high >>> i) & 1) << 4)) - 16);
      values[to + HALF + i] = d * (((pair >> 4) | (((high >>> (HALF + i)) & 1) << 4)) - 16);
    }
  }
}

/** `d q + m` with 5 bits */
export function q5_1(bytes: Uint8Array, count: number, values: Float32Array, at: number): void {
  const half = halfTable();
  for (let block = 0, from = 0, to = at; block < count; block++, from += 24, to += ELEMENTS) {
    const d = half[bytes[from]! | (bytes[from + 1]! << 8)]!;
    const m = half[bytes[from + 2]! | (bytes[from + 3]! << 8)]!;
    const high = bytes[from + 4]! | (bytes[from + 5]! << 8) | (bytes[from + 6]! << 16) | (bytes[from + 7]! << 24);
    for (let i = 0; i < HALF; i++) {
      const pair = bytes[from + 8 + i]!;
      values[to + i] = d * ((pair & 15) | (((high >>> i) & 1) << 4)) + m;
      values[to + HALF + i] = d * ((pair >> 4) | (((high >>> (HALF + i)) & 1) << 4)) + m;
    }
  }
}

/** `d q` with 8 signed bits */
export function q8_0(bytes: Uint8Array, count: number, values: Float32Array, at: number): void {
  const half = halfTable();
  for (let block = 0, from = 0, to = at; block < count; block++, from += 34, to += ELEMENTS) {
    const d = half[bytes[from]! | (bytes[from + 1]! << 8)]!;
    for (let i = 0; i < ELEMENTS; i++) values[to + i] = d * ((bytes[from + 2 + i]! << 24) >> 24);
  }
}
