import { halfTable } from "./half-table.ts";

/** K-quants of 2 and 3 bits: 256 numbers to a block, in 16 parts with scales of their own. */

const ELEMENTS = 256;
const PARTS = 16;
const PART = 16;

/** Where the two low bits of a part's numbers lie: its first byte among 64, and the shift. */
function lowBits(part: number): readonly [byte: number, shift: number] {
  return [32 * (part >> 3) + PART * (part & 1), 2 * ((part >> 1) & 3)];
}

/** `d scale q - dmin min`, scale and minimum of 4 bits in one byte. */
export function q2k(bytes: Uint8Array, count: number, values: Float32Array, at: number): void {
  const half = halfTable();
  for (let block = 0, from = 0, to = at; block < count; block++, from += 84, to += ELEMENTS) {
    const d = half[bytes[from + 80]! | (bytes[from + 81]! << 8)]!;
    const dmin = half[bytes[from + 82]! | (bytes[from + 83]! << 8)]!;
    for (let part = 0; part < PARTS; part++) {
      const both = bytes[from + part]!;
      const [scale, min] = [d * (both & 15), dmin * (both >> 4)];
      const [byte, shift] = lowBits(part);
      const out = to + PART * part;
      for (let i = 0; i < PART; i++) values[out + i] = scale * ((bytes[from + 16 + byte + i]! >> shift) & 3) - min;
    }
  }
}

/** `d (scale - 32) (q - 4)`; a third bit that is set lies in 32 bytes, scales of 6 bits in 12. */
export function q3k(bytes: Uint8Array, count: number, values: Float32Array, at: number): void {
  const half = halfTable();
  for (let block = 0, from = 0, to = at; block < count; block++, from += 110, to += ELEMENTS) {
    const d = half[bytes[from + 108]! | (bytes[from + 109]! << 8)]!;
    for (let part = 0; part < PARTS; part++) {
      const low = (bytes[from + 96 + (part & 7)]! >> (4 * (part >> 3))) & 15;
      const high = (bytes[from + 104 + (part & 3)]! >> (2 * (part >> 2))) & 3;
      const scale = d * ((low | (high << 4)) - 32);
      const [byte, shift] = lowBits(part);
      const out = to + PART * part;
      for (let i = 0; i < PART; i++) {
        const third = (bytes[from + PART * (part & 1) + i]! >> (part >> 1)) & 1;
        values[out + i] = scale * (((bytes[from + 32 + byte + i]! >> shift) & 3) - (third ? 0 : 4));
      }
    }
  }
}
