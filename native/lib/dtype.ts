import type { DType } from "@autocircuit/base";

/** Element types that a transformer computes in. */
export const computeDTypes = ["float32", "float64", "bfloat16", "float16"] as const;
export type ComputeDType = (typeof computeDTypes)[number];

const BYTES: Readonly<Record<DType, number>> = {
  ...{ float64: 8, float32: 4, bfloat16: 2, float16: 2 },
  ...{ int64: 8, int32: 4, uint8: 1, bool: 1 },
};

/** Bytes of an element. */
export function elementBytes(dtype: DType): number {
  return BYTES[dtype];
}

/** The typed arrays that tensors are made from and read into. */
export type HostArray = Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array;

/** Numbers, or lists of them to any depth; lists on one level have equal lengths. */
export type NestedNumbers = number | readonly NestedNumbers[];

/** True for the element types that can carry gradients. */
export function isFloating(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64" || dtype === "bfloat16" || dtype === "float16";
}

/** The element type a typed array has by itself. */
export function dtypeOf(data: HostArray): DType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  if (data instanceof BigInt64Array) return "int64";
  if (data instanceof Int32Array) return "int32";
  return "uint8";
}
