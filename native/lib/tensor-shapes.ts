import { guard } from "./addon-errors.ts";
import { addon } from "./loader.ts";
import { handleOf, type TensorBase } from "./tensor-base.ts";
import { ElementwiseTensor } from "./tensor-elementwise.ts";

/**
 * Products, shapes and indexing. Dimensions count from 0, negative ones from the end. Where the layout allows it the
 * result shares this tensor's memory (operations never write to it, so that cannot be seen). All throw "shape" when
 * dimensions or sizes do not fit, "disposed" when an operand was disposed.
 */
export abstract class ShapedTensor extends ElementwiseTensor {
  /** Matrix product of the last two dimensions, the others broadcast; a vector counts as a row or a column. */
  matmul(b: TensorBase): this {
    return this.binary("matmul", b);
  }

  /** Swaps two dimensions. */
  transpose(dim0: number, dim1: number): this {
    return this.op("transpose", [dim0, dim1]);
  }

  /** Puts the dimensions in the order `dims`. */
  permute(dims: readonly number[]): this {
    return this.op("permute", [dims]);
  }

  /** The same elements in another shape; one size may be -1. */
  reshape(shape: readonly number[]): this {
    return this.op("reshape", [shape]);
  }

  /** A new dimension of size 1 at `dim`. */
  unsqueeze(dim: number): this {
    return this.op("unsqueeze", [dim]);
  }

  /** Drops dimension `dim` if its size is 1. */
  squeeze(dim: number): this {
    return this.op("squeeze", [dim]);
  }

  /** Repeats dimensions of size 1 up to `shape` without copying; -1 leaves a size as it is. */
  expand(shape: readonly number[]): this {
    return this.op("expand", [shape]);
  }

  /** Repeats every slice along `dim` `count` times in a row: [a, b] -> [a, a, b, b]. */
  repeatInterleave(count: number, dim: number): this {
    return this.op("repeatInterleave", [count, dim]);
  }

  /** Row by row in memory; a copy only when it is not yet so. */
  contiguous(): this {
    return this.op("contiguous");
  }

  /** Indices `start` (included) to `end` (excluded, default: all) of dimension `dim`, every `step`-th; negative ones count from the end. */
  slice(dim: number, start: number, end?: number, step?: number): this {
    return this.op("slice", [dim, start, end, step]);
  }

  /** Index `index` of dimension `dim`, which disappears. */
  select(dim: number, index: number): this {
    return this.op("select", [dim, index]);
  }

  /**
   * The slices of dimension `dim` at the given indices. `index`: numbers, or an int64 tensor [n].
   * An index out of range is reported by `data()` as "bad-input".
   */
  indexSelect(dim: number, index: TensorBase | readonly number[]): this {
    if (!Array.isArray(index)) return this.op("indexSelect", [dim], [handleOf("indexSelect", index as TensorBase)]);
    const numbers = index as readonly number[];
    const handle = guard(() => addon().fromHost(Float64Array.from(numbers), [numbers.length], "int64"));
    try {
      return this.op("indexSelect", [dim], [handle]);
    } finally {
      handle.dispose();
    }
  }

  /**
   * out[i][j] = this[index[i][j]][j] for dim 0, and so on. `index`: int64, same number of dimensions.
   * An index out of range is reported by `data()` as "bad-input".
   */
  gather(dim: number, index: TensorBase): this {
    return this.op("gather", [dim], [handleOf("gather", index)]);
  }
}
