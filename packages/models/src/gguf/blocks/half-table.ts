import { decodeFloat16 } from "../../safetensors/half.ts";

let table: Float32Array | undefined;

/** Every float16 by its bits: scales are looked up, since every block has one or two. */
export function halfTable(): Float32Array {
  table ??= decodeFloat16(Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits));
  return table;
}
