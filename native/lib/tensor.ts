import { AutocircuitError, type DType, dtypes, kind, signature } from "@autocircuit/base";
import type { NativeParam, NativeTensor } from "./addon.ts";
import { guard } from "./addon-errors.ts";
import type { HostArray, NestedNumbers } from "./dtype.ts";
import { isFloating } from "./dtype.ts";
import { hostData } from "./host-data.ts";
import { addon } from "./loader.ts";
import { ReducibleTensor } from "./tensor-reductions.ts";

const aTensor = kind.instance(ReducibleTensor, "a Tensor");
const dtype = kind.oneOf(dtypes);
const shape = kind.listOf(kind.whole);

const checkFrom = signature("Tensor.from", {}, { shape, dtype });
const checkMapFile = signature(
  "Tensor.mapFile",
  { path: kind.text },
  { offset: kind.required(kind.whole), shape: kind.required(shape), dtype: kind.required(dtype) },
);
const checkFull = signature("Tensor.full", { shape, value: kind.such("a number", isNumber) }, { dtype });
const checkArange = signature("Tensor.arange", { n: kind.whole }, { dtype });
const checkCat = signature("Tensor.cat", { tensors: kind.listOf(aTensor), dim: kind.integer });
const checkStack = signature("Tensor.stack", { tensors: kind.listOf(aTensor), dim: kind.integer });
const operandKind = kind.either(aTensor, kind.such("a number", isNumber));
const checkWhere = signature("Tensor.where", { condition: aTensor, a: operandKind, b: operandKind });
const checkGrad = signature("grad", { scalar: aTensor, inputs: kind.listOf(aTensor) }, { retainGraph: kind.flag });

function isNumber(value: unknown): boolean {
  return typeof value === "number";
}

/**
 * Handle of a LibTorch tensor.
 *
 * Every operation returns a new handle at once: shape and element type are known immediately, and shape mistakes throw
 * at the call. The arithmetic runs later, in call order, on the executor thread; `await t.data()` waits for it and
 * copies to the host. An error there (an index out of range, no memory) rejects `data()` of the tensor and of all that
 * depend on it. Tensors are never changed in place.
 *
 * Memory: JavaScript's collector sees little of a tensor. Dispose what is no longer needed, or work inside `scope`.
 *
 * @example
 * ```ts
 * using a = Tensor.from([[1, 2], [3, 4]]);
 * using b = a.matmul(a).add(1);
 * await b.toArray(); // [[8, 11], [16, 23]]
 * ```
 */
export class Tensor extends ReducibleTensor {
  /**
   * Copies host data into a tensor. A typed array keeps its element type, numbers become float32; `dtype` converts.
   *
   * @throws AutocircuitError "shape" when the data does not fill `shape` or nested lists are ragged, "dtype" when a
   * number does not fit the element type, "bad-input" for other data.
   */
  static from(data: HostArray | NestedNumbers, options?: { shape?: readonly number[]; dtype?: DType }): Tensor {
    checkFrom({}, options);
    const host = hostData(data, options);
    return new Tensor(guard(() => addon().fromHost(host.data, host.shape, host.dtype)));
  }

  /**
   * A tensor whose memory is a part of a file: nothing is read before it is used, and processes that map the same file
   * share it. The file must not become shorter while the tensor lives.
   *
   * @param offset where the values start, in bytes; a multiple of the element size
   * @throws AutocircuitError "not-found" when the file cannot be opened, "bad-file" when it ends before the values do,
   *   "bad-input" for an offset that does not fit the element size
   */
  static mapFile(path: string, options: { offset: number; shape: readonly number[]; dtype: DType }): Tensor {
    checkMapFile({ path }, options);
    const { offset, shape, dtype } = options;
    return new Tensor(guard(() => addon().mapFile(path, offset, shape, dtype)));
  }

  /** All zeros; float32 unless `dtype` says otherwise. */
  static zeros(shape: readonly number[], options: { dtype?: DType } = {}): Tensor {
    return Tensor.full(shape, 0, options);
  }

  /** All ones; float32 unless `dtype` says otherwise. */
  static ones(shape: readonly number[], options: { dtype?: DType } = {}): Tensor {
    return Tensor.full(shape, 1, options);
  }

  /** All `value`; float32 unless `dtype` says otherwise. */
  static full(shape: readonly number[], value: number, options: { dtype?: DType } = {}): Tensor {
    checkFull({ shape, value }, options);
    return make("full", [], [shape, value, options.dtype ?? "float32"]);
  }

  /** 0, 1, ..., n - 1; int64 unless `dtype` says otherwise. */
  static arange(n: number, options: { dtype?: DType } = {}): Tensor {
    checkArange({ n }, options);
    return make("arange", [], [n, options.dtype ?? "int64"]);
  }

  /** Joins tensors along an existing dimension. @throws AutocircuitError "shape" when the other sizes differ. */
  static cat(tensors: readonly Tensor[], dim = 0): Tensor {
    checkCat({ tensors, dim });
    return make("cat", some(tensors, "cat"), [dim]);
  }

  /** Joins tensors of one shape along a new dimension. @throws AutocircuitError "shape" when shapes differ. */
  static stack(tensors: readonly Tensor[], dim = 0): Tensor {
    checkStack({ tensors, dim });
    return make("stack", some(tensors, "stack"), [dim]);
  }

  /**
   * `a` where `condition` is true, else `b`; all three are broadcast. A number takes the other operand's element type.
   *
   * @throws AutocircuitError "dtype" when the condition is not bool, "shape" when shapes do not broadcast.
   */
  static where(condition: Tensor, a: Tensor | number, b: Tensor | number): Tensor {
    checkWhere({ condition, a, b });
    const [first, second] = [operand(a, b), operand(b, a)];
    try {
      return make("where", [condition.handle, first.handle, second.handle], []);
    } finally {
      first.release();
      second.release();
    }
  }

  /** The same values as another element type; itself unchanged when it has that type already. */
  to(dtype: DType): this {
    return this.op("to", [dtype]);
  }

  /** The same values without the record of how they were computed. */
  detach(): this {
    return this.op("detach");
  }

  /** A copy, row by row in memory. */
  clone(): this {
    return this.op("clone");
  }

  /**
   * A leaf: a detached copy that records gradients; see `grad`.
   *
   * @throws AutocircuitError "dtype" unless floating point.
   */
  requireGrad(): this {
    return this.op("requireGrad");
  }
}

/**
 * Gradients of a scalar with respect to `inputs` (made by `requireGrad()`), each of its input's shape; zeros where the
 * scalar does not depend on it. Deferred like every operation, errors surface at `data()`. The record is used up:
 * `retainGraph` keeps it (and its memory) for another call on the same scalar.
 *
 * @throws AutocircuitError "shape" when the first tensor has more than one element, "bad-input" when it or an input
 * records no gradients.
 *
 * @example
 * ```ts
 * const x = Tensor.from([1, 2, 3]).requireGrad();
 * const [dx] = grad(x.mul(x).sum(), [x]);
 * await dx!.data(); // 2, 4, 6
 * ```
 */
export function grad(scalar: Tensor, inputs: readonly Tensor[], options: { retainGraph?: boolean } = {}): Tensor[] {
  checkGrad({ scalar, inputs }, options);
  if (!scalar.disposed && !scalar.requiresGrad) {
    throw new AutocircuitError("bad-input", "grad: the scalar does not depend on a tensor made by requireGrad().");
  }
  const wrong = inputs.findIndex((input) => !input.disposed && !input.requiresGrad);
  if (wrong >= 0) {
    throw new AutocircuitError("bad-input", `grad: input ${wrong} records no gradients; make it with requireGrad().`);
  }
  if (inputs.length === 0) return [];
  const handles = [scalar.handle, ...inputs.map((input) => input.handle)];
  return guard(() => addon().apply("grad", handles, [options.retainGraph ?? false])).map(
    (handle) => new Tensor(handle),
  );
}

function make(operation: string, operands: readonly NativeTensor[], params: readonly NativeParam[]): Tensor {
  return new Tensor(guard(() => addon().apply(operation, operands, params))[0]!);
}

function some(tensors: readonly Tensor[], operation: string): NativeTensor[] {
  if (tensors.length === 0) throw new AutocircuitError("bad-input", `${operation} needs at least one tensor.`);
  return tensors.map((tensor) => tensor.handle);
}

/** A tensor as it is, a number as a scalar tensor that fits the other operand. */
function operand(value: Tensor | number, other: Tensor | number): { handle: NativeTensor; release: () => void } {
  if (typeof value !== "number") return { handle: value.handle, release: () => {} };
  const fits = typeof other !== "number" && (isFloating(other.dtype) || Number.isInteger(value));
  const handle = guard(() => addon().apply("full", [], [[], value, fits ? other.dtype : "float32"]))[0]!;
  return { handle, release: () => handle.dispose() };
}
