import { DTYPES, type SafetensorsDType } from "@autocircuit/base";
import { decodeValues } from "@autocircuit/models";
import { Tensor } from "@autocircuit/native";

/** Row-major values in a file: mapped where they lie at a multiple of their size, else read. */
export async function valuesAt(
  path: string,
  { dtype, shape }: { dtype: SafetensorsDType; shape: readonly number[] },
  offset: number,
  read: () => Promise<ArrayBuffer>,
): Promise<Tensor> {
  const { bytes, native } = DTYPES[dtype];
  if (dtype !== "BOOL" && offset % bytes === 0) return Tensor.mapFile(path, { offset, shape, dtype: native });
  return Tensor.from(decodeValues(await read(), dtype), { shape, dtype: native });
}

/** Number of elements of a shape; Infinity beyond what can be counted. */
export function elements(shape: readonly number[]): number {
  const count = shape.reduce((product, size) => product * size, 1);
  return Number.isSafeInteger(count) ? count : Number.POSITIVE_INFINITY;
}
