import { halfTable } from "./half-table.ts";

/** Numbers that are stored one by one. Bytes may lie anywhere, so they are not viewed as wider numbers. */

/** float32 */
export function f32(bytes: Uint8Array, count: number, values: Float32Array, at: number): void {
  new Uint8Array(values.buffer, values.byteOffset + 4 * at, 4 * count).set(bytes.subarray(0, 4 * count));
}

/** IEEE half precision. */
export function f16(bytes: Uint8Array, count: number, values: Float32Array, at: number): void {
  const half = halfTable();
  for (let i = 0; i < count; i++) values[at + i] = half[bytes[2 * i]! | (bytes[2 * i + 1]! << 8)]!;
}

/** bfloat16: the upper half of a float32. */
export function bf16(bytes: Uint8Array, count: number, values: Float32Array, at: number): void {
  const wide = new Uint32Array(values.buffer, values.byteOffset + 4 * at, count);
  for (let i = 0; i < count; i++) wide[i] = (bytes[2 * i]! << 16) | (bytes[2 * i + 1]! << 24);
}
