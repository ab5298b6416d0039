import { AutocircuitError, type DType } from "@autocircuit/base";
import type { HostArray, NestedNumbers } from "./dtype.ts";
import { dtypeOf } from "./dtype.ts";

/** Data ready to be copied into a tensor. */
export interface HostData {
  data: HostArray;
  shape: readonly number[];
  dtype: DType;
}

/** Typed arrays as they are, numbers as float32 unless `dtype` says otherwise; checks shapes and whole numbers. */
export function hostData(
  source: HostArray | NestedNumbers,
  options: { shape?: readonly number[]; dtype?: DType } = {},
): HostData {
  if (isHostArray(source)) {
    return { data: source, shape: options.shape ?? [source.length], dtype: options.dtype ?? dtypeOf(source) };
  }
  if (typeof source !== "number" && !Array.isArray(source)) {
    throw new AutocircuitError(
      "bad-input",
      "A tensor is made from numbers, nested lists of them, a Float32Array, Float64Array, BigInt64Array, Int32Array or Uint8Array.",
    );
  }
  const { values, shape } = flatten(source);
  const dtype = options.dtype ?? "float32";
  return { data: typed(values, dtype), shape: options.shape ?? shape, dtype };
}

function isHostArray(view: unknown): view is HostArray {
  return (
    view instanceof Float32Array ||
    view instanceof Float64Array ||
    view instanceof BigInt64Array ||
    view instanceof Int32Array ||
    view instanceof Uint8Array
  );
}

function typed(values: readonly number[], dtype: DType): HostArray {
  if (dtype === "float64") return Float64Array.from(values);
  if (dtype !== "int64" && dtype !== "int32" && dtype !== "uint8") return Float32Array.from(values);
  const wrong = values.find((value) => !Number.isSafeInteger(value));
  if (wrong !== undefined) {
    throw new AutocircuitError("dtype", `${wrong} is not a whole number, so it cannot become ${dtype}.`);
  }
  if (dtype === "int64") return BigInt64Array.from(values, BigInt);
  const [low, high] = dtype === "int32" ? [-(2 ** 31), 2 ** 31 - 1] : [0, 255];
  const outside = values.find((value) => value < low || value > high);
  if (outside !== undefined) {
    throw new AutocircuitError("dtype", `${outside} does not fit ${dtype} (${low} to ${high}).`);
  }
  return dtype === "int32" ? Int32Array.from(values) : Uint8Array.from(values);
}

/** Nested lists as one list and a shape. A number alone has the shape []. */
export function flatten(source: NestedNumbers): { values: number[]; shape: number[] } {
  const shape: number[] = [];
  for (let level: NestedNumbers | undefined = source; Array.isArray(level); level = level[0]) shape.push(level.length);
  const values: number[] = [];
  const visit = (level: NestedNumbers, depth: number): void => {
    if (typeof level === "number") {
      if (depth !== shape.length) throw ragged();
      values.push(level);
      return;
    }
    if (!Array.isArray(level)) {
      throw new AutocircuitError("bad-input", `A tensor is made from numbers, not from ${typeof level} values.`);
    }
    if (level.length !== shape[depth]) throw ragged();
    for (const entry of level) visit(entry, depth + 1);
  };
  visit(source, 0);
  return { values, shape };
}

function ragged(): AutocircuitError {
  return new AutocircuitError("shape", "The lists on one level of a nested array must all have the same length.");
}

/** One list and a shape as nested lists. */
export function nest(data: HostArray, shape: readonly number[]): NestedNumbers {
  const build = (depth: number, offset: number, size: number): NestedNumbers => {
    if (depth === shape.length) return Number(data[offset]);
    const count = shape[depth]!;
    const step = count === 0 ? 0 : size / count;
    return Array.from({ length: count }, (_, i) => build(depth + 1, offset + i * step, step));
  };
  return build(0, 0, data.length);
}
