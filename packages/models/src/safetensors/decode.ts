import type { SafetensorsDType } from "@autocircuit/base";
import type { HostArray } from "@autocircuit/native";
import { decodeBfloat16, decodeFloat16 } from "./half.ts";

/** A tensor's bytes as a typed array; 16-bit floats are widened to float32. */
export function decode(bytes: ArrayBuffer, dtype: SafetensorsDType): HostArray {
  switch (dtype) {
    case "F64":
      return new Float64Array(bytes);
    case "F32":
      return new Float32Array(bytes);
    case "F16":
      return decodeFloat16(new Uint16Array(bytes));
    case "BF16":
      return decodeBfloat16(new Uint16Array(bytes));
    case "I64":
      return new BigInt64Array(bytes);
    case "I32":
      return new Int32Array(bytes);
    case "U8":
    case "BOOL":
      return new Uint8Array(bytes);
  }
}
