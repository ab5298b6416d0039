import type { DType } from "@autocircuit/base";
import { expect } from "vitest";
import type { NestedNumbers, Tensor } from "../lib/index.ts";

const ARRAYS: Record<DType, string> = {
  float32: "Float32Array",
  float64: "Float64Array",
  bfloat16: "Float32Array",
  float16: "Float32Array",
  int64: "BigInt64Array",
  int32: "Int32Array",
  uint8: "Uint8Array",
  bool: "Uint8Array",
};

/** Values (within `tolerance`), element type, and that what was announced is what came out. */
export async function expectTensor(
  tensor: Tensor,
  expected: NestedNumbers,
  dtype: DType = "float32",
  tolerance = 1e-6,
): Promise<void> {
  expect(tensor.dtype).toBe(dtype);
  const data = await tensor.data();
  expect(data.constructor.name).toBe(ARRAYS[dtype]);
  expect(data.length).toBe(tensor.size);
  const actual = await tensor.toArray();
  expect(shapeOf(actual)).toEqual(shapeOf(expected));
  expect(tensor.shape).toEqual(shapeOf(expected));
  const [got, wanted] = [flat(actual), flat(expected)];
  wanted.forEach((value, i) => {
    const near = Object.is(got[i], value) || Math.abs(got[i]! - value) <= tolerance;
    expect(near, `element ${i}: got ${got[i]}, expected ${value}`).toBe(true);
  });
}

function flat(value: NestedNumbers): number[] {
  return ([value] as unknown[]).flat(Number.POSITIVE_INFINITY) as number[];
}

function shapeOf(value: NestedNumbers): number[] {
  return Array.isArray(value) ? [value.length, ...shapeOf((value as readonly NestedNumbers[])[0] ?? 0)] : [];
}
