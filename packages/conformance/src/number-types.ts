import type { ComputeDType } from "@autocircuit/native";

/**
 * What a number type rounds by: `unit`, half a unit of its last digit, as a share of a number. A block rounds some ten times (norm,
 * projection, scores, weighted values, output, sum into the stream, and the same for the MLP), and the weights were rounded before; how
 * much of it a result shows depends on what it is. Results are compared with the reference's float32.
 */
const UNITS: Readonly<Partial<Record<ComputeDType, number>>> = { bfloat16: 2 ** -8, float16: 2 ** -11 };

/** Units of rounding for each block that are allowed, as shares of the largest value that is compared. */
const ROUNDINGS = 20;

/** How far results of a network of some blocks may be from the reference, as a share of the largest value; undefined for the full types. */
export function narrowBound(dtype: ComputeDType | undefined, layers: number): number | undefined {
  const unit = dtype && UNITS[dtype];
  return unit && unit * ROUNDINGS * layers;
}
