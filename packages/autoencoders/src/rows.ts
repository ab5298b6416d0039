import { AutocircuitError, type DType } from "@autocircuit/base";
import type { Tensor } from "@autocircuit/native";

/** Activations as a matrix, and the way back to the shape they had. */
export interface Rows {
  /** `[n, width]` */
  readonly matrix: Tensor;
  /** Sizes before the width. */
  readonly outer: readonly number[];
  /** Sizes of the width: `[width]`, or `[heads, d_head]`. */
  readonly inner: readonly number[];
}

/**
 * Activations `[..., width]`, or `[..., heads, d_head]` where heads may be apart, as rows of the type to compute in.
 *
 * @param what names them in errors
 * @throws AutocircuitError `shape`
 */
export function asRows(tensor: Tensor, width: number, dtype: DType, what: string, byHead = false): Rows {
  const { shape } = tensor;
  const apart = byHead && shape.length >= 2 && shape.at(-1) !== width && shape.at(-2)! * shape.at(-1)! === width;
  const inner = shape.slice(apart ? -2 : -1);
  if (shape.length === 0 || (!apart && shape.at(-1) !== width)) {
    const heads = byHead ? `, or [..., heads, d_head] with heads * d_head = ${width}` : "";
    throw new AutocircuitError("shape", `${what} must be [..., ${width}]${heads}, but it is [${shape.join(", ")}].`);
  }
  return { matrix: tensor.reshape([-1, width]).to(dtype), outer: shape.slice(0, shape.length - inner.length), inner };
}
