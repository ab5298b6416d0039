import { ShapedTensor } from "./tensor-shapes.ts";

/** The values of a search and where they were. */
export interface ValuesAndIndices<T> {
  values: T;
  /** int64 */
  indices: T;
}

/**
 * Sums, extremes, order. A dimension `dim` counts from 0, a negative one from the end; left out, all are reduced.
 * `keepdim` keeps reduced dimensions with size 1. All throw "shape" when a dimension does not exist, "dtype" when the
 * element type does not fit, "disposed" when this tensor was disposed.
 */
export abstract class ReducibleTensor extends ShapedTensor {
  /** Sum; bool and small integers give int64. */
  sum(dim?: number | readonly number[], keepdim = false): this {
    return this.op("sum", [dims(dim), keepdim]);
  }

  /** Mean; floating point only. */
  mean(dim?: number | readonly number[], keepdim = false): this {
    return this.op("mean", [dims(dim), keepdim]);
  }

  /** Largest element. */
  max(dim?: number, keepdim = false): this {
    return this.op("max", [dim, keepdim]);
  }

  /** Smallest element. */
  min(dim?: number, keepdim = false): this {
    return this.op("min", [dim, keepdim]);
  }

  /** Index of the largest element along `dim`, int64. */
  argmax(dim: number): this {
    return this.op("argmax", [dim]);
  }

  /** Index of the smallest element along `dim`, int64. */
  argmin(dim: number): this {
    return this.op("argmin", [dim]);
  }

  /** True when any element is non-zero; a bool scalar. */
  any(): this {
    return this.op("any");
  }

  /** True when all elements are non-zero; a bool scalar. */
  all(): this {
    return this.op("all");
  }

  /** Running sum along `dim`. */
  cumsum(dim: number): this {
    return this.op("cumsum", [dim]);
  }

  /** exp(x) / sum(exp(x)) along `dim`. */
  softmax(dim: number): this {
    return this.op("softmax", [dim]);
  }

  /** x - log(sum(exp(x))) along `dim`. */
  logSoftmax(dim: number): this {
    return this.op("logSoftmax", [dim]);
  }

  /** The `k` largest elements along `dim` (default: the last), largest first. */
  topk(k: number, dim = -1): ValuesAndIndices<this> {
    const [values, indices] = this.results("topk", [k, dim]);
    return { values: values!, indices: indices! };
  }

  /** Sorted along `dim` (default: the last); equal elements keep their order. */
  sort(dim = -1, descending = false): ValuesAndIndices<this> {
    const [values, indices] = this.results("sort", [dim, descending]);
    return { values: values!, indices: indices! };
  }

  /** The indices that would sort along `dim` (default: the last); equal elements keep their order. */
  argsort(dim = -1, descending = false): this {
    return this.op("argsort", [dim, descending]);
  }
}

function dims(dim: number | readonly number[] | undefined): readonly number[] | undefined {
  return typeof dim === "number" ? [dim] : dim;
}
