import { AutocircuitError, DTYPES, type SafetensorsDType } from "@autocircuit/base";
import type { HostArray } from "@autocircuit/native";
import { encodeBfloat16, encodeFloat16 } from "./half.ts";

/** Host values on their way into a file. */
export interface HostTensor {
  readonly dtype: SafetensorsDType;
  readonly shape: readonly number[];
  /** Row-major. 16-bit floats are given as float32 and rounded. */
  readonly data: HostArray;
}

/**
 * A tensor's bytes as the file stores them.
 *
 * @throws AutocircuitError `shape` when the data's length is not the shape's, `dtype` when the array does not hold that type
 */
export function encode(name: string, { dtype, shape, data }: HostTensor): Uint8Array {
  const size = shape.reduce((product, n) => product * n, 1);
  if (data.length !== size) {
    throw new AutocircuitError(
      "shape",
      `${name}: shape [${shape.join(", ")}] needs ${size} values, got ${data.length}.`,
    );
  }
  const stored = narrow(name, dtype, data);
  return new Uint8Array(stored.buffer, stored.byteOffset, size * DTYPES[dtype].bytes);
}

function narrow(name: string, dtype: SafetensorsDType, data: HostArray): HostArray | Uint16Array {
  if ((dtype === "F16" || dtype === "BF16") && data instanceof Float32Array) {
    return dtype === "F16" ? encodeFloat16(data) : encodeBfloat16(data);
  }
  const fits =
    (dtype === "F64" && data instanceof Float64Array) ||
    (dtype === "F32" && data instanceof Float32Array) ||
    (dtype === "I64" && data instanceof BigInt64Array) ||
    (dtype === "I32" && data instanceof Int32Array) ||
    ((dtype === "U8" || dtype === "BOOL") && data instanceof Uint8Array);
  if (!fits) throw new AutocircuitError("dtype", `${name}: ${data.constructor.name} cannot be written as ${dtype}.`);
  return data;
}
