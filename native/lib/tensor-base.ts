import { AutocircuitError, type DType, describeValue } from "@autocircuit/base";
import type { NativeParam, NativeTensor } from "./addon.ts";
import { guard, settle } from "./addon-errors.ts";
import type { HostArray, NestedNumbers } from "./dtype.ts";
import { nest } from "./host-data.ts";
import { addon } from "./loader.ts";
import type { Resource } from "./scope.ts";
import { track, untrack } from "./scope.ts";

/** @internal The handle of an operand. @throws AutocircuitError "bad-input" for what is no tensor */
export function handleOf(operation: string, operand: TensorBase): NativeTensor {
  if (operand instanceof TensorBase) return operand.handle;
  throw new AutocircuitError(
    "bad-input",
    `${operation}: the operand must be a Tensor, but it is ${describeValue(operand)}.`,
  );
}

/** Lifetime of a tensor and the ways to read it; the operations are in the classes above. */
export abstract class TensorBase implements Resource {
  /** Size of each dimension; [] for a scalar. */
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Number of elements. */
  readonly size: number;
  /** True when it records gradients: made by `requireGrad()`, or computed from such a tensor. */
  readonly requiresGrad: boolean;
  /** @internal */
  readonly handle: NativeTensor;
  /** @internal */
  owner: Set<Resource> | undefined;
  #disposed = false;

  /** @internal Tensors come from `Tensor.from`, `Tensor.zeros` and so on. */
  constructor(handle: NativeTensor) {
    this.handle = handle;
    this.shape = Object.freeze(handle.shape);
    this.dtype = handle.dtype;
    this.size = this.shape.reduce((product, size) => product * size, 1);
    this.requiresGrad = handle.requiresGrad;
    track(this);
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /**
   * Waits for the values and copies them to the host: float32, bfloat16, float16 as Float32Array, float64 as
   * Float64Array, int64 as BigInt64Array, int32 as Int32Array, bool and uint8 as Uint8Array; row by row.
   *
   * @throws AutocircuitError "disposed"; or the error of the operation that should have made this tensor.
   */
  async data(): Promise<HostArray> {
    return settle(guard(() => addon().toHost(this.handle)));
  }

  /**
   * The only element, as a number.
   *
   * @throws AutocircuitError "shape" when there is not exactly one; otherwise like `data()`.
   */
  async item(): Promise<number> {
    if (this.size !== 1) {
      throw new AutocircuitError(
        "shape",
        `item() needs a tensor of one element, this one is [${this.shape.join(", ")}].`,
      );
    }
    return Number((await this.data())[0]);
  }

  /** The values as nested lists of numbers; a scalar as a number. Errors as in `data()`. */
  async toArray(): Promise<NestedNumbers> {
    return nest(await this.data(), this.shape);
  }

  /** Frees the tensor once the operations that were called with it have run. Calling it again does nothing. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    untrack(this);
    this.handle.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** @internal Calls an operation with this tensor as its first operand. */
  protected results(operation: string, params: readonly NativeParam[], others: readonly NativeTensor[] = []): this[] {
    const made = guard(() => addon().apply(operation, [this.handle, ...others], params));
    const Class = this.constructor as new (handle: NativeTensor) => this;
    return made.map((handle) => new Class(handle));
  }

  /** @internal Like `results` for operations with one result. */
  protected op(operation: string, params: readonly NativeParam[] = [], others: readonly NativeTensor[] = []): this {
    return this.results(operation, params, others)[0]!;
  }

  /** @internal Calls an operation whose second operand is a tensor or a number. */
  protected binary(operation: string, other: TensorBase | number): this {
    if (typeof other === "number") return this.op(operation, [other]);
    return this.op(operation, [], [handleOf(operation, other)]);
  }
}
