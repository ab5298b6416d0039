import type { Tensor } from "./tensor.ts";
import { ShapedTensor } from "./tensor-shapes.ts";

/** The values of a search and where they were. */
export interface ValuesAndIndices {
  values: Tensor;
  /** int64 */
  indices: Tensor;
}

/**
 * Sums, extremes, order. A dimension `dim` counts from 0, a negative one from the end; left out, all are reduced.
 * `keepdim` keeps reduced dimensions with size 1. All throw "shape" when a dimension does not exist, "dtype" when the
 * element type does not fit, "disposed" when this tensor was disposed.
 */
export abstract class ReducibleTensor extends ShapedTensor {
  /** Sum; bool and small integers give int64. */
  sum(dim?: number | readonly number[], keepdim = false): Tensor {
    return this.op("sum", [dims(dim), keepdim]);
  }

  /** Mean; floating point only. */
  mean(dim?: number | readonly number[], keepdim = false): Tensor {
    return this.op("mean", [dims(dim), keepdim]);
  }

  /** Largest element. */
  max(dim?: number, keepdim = false): Tensor {
    return this.op("max", [dim, keepdim]);
  }

  /** Smallest element. */
  min(dim?: number, keepdim = false): Tensor {
    return this.op("min", [dim, keepdim]);
  }

  /** Index of the largest element along `dim`, int64. */
  argmax(dim: number): Tensor {
    return this.op("argmax", [dim]);
  }

  /** Index of the smallest element along `dim`, int64. */
  argmin(dim: number): Tensor {
    return this.op("argmin", [dim]);
  }

  /** True when any element is non-zero; a bool scalar. */
  any(): Tensor {
    return this.op("any");
  }

  /** True when all elements are non-zero; a bool scalar. */
  all(): Tensor {
    return this.op("all");
  }

  /** Running sum along `dim`. */
  cumsum(dim: number): Tensor {
    return this.op("cumsum", [dim]);
  }

  /** exp(x) / sum(exp(x)) along `dim`. */
  softmax(dim: number): Tensor {
    return this.op("softmax", [dim]);
  }

  /** x - log(sum(exp(x))) along `dim`. */
  logSoftmax(dim: number): Tensor {
    return this.op("logSoftmax", [dim]);
  }

  /** The `k` largest elements along `dim` (default: the last), largest first. */
  topk(k: number, dim = -1): ValuesAndIndices {
    const [values, indices] = this.results("topk", [k, dim]);
    return { values: values!, indices: indices! };
  }

  /** Sorted along `dim` (default: the last); equal elements keep their order. */
  sort(dim = -1, descending = false): ValuesAndIndices {
    const [values, indices] = this.results("sort", [dim, descending]);
    return { values: values!, indices: indices! };
  }

  /** The indices that would sort along `dim` (default: the last); equal elements keep their order. */
  argsort(dim = -1, descending = false): Tensor {
    return this.op("argsort", [dim, descending]);
  }
}

function dims(dim: number | readonly number[] | undefined): readonly number[] | undefined {
  return typeof dim === "number" ? [dim] : dim;
}
