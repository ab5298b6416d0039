import { TensorBase } from "./tensor-base.ts";

/**
 * Operations on each element. A second operand is a tensor, whose shape is broadcast against this one's, or a number.
 * Element types are promoted as in LibTorch: a number never widens a floating point tensor, 1 leaves an integer tensor
 * what it is, 1.5 makes it float32. All throw "shape" when shapes do not broadcast, "dtype" when the element type does
 * not fit, "disposed" when an operand was disposed.
 */
export abstract class ElementwiseTensor extends TensorBase {
  /** this + b */
  add(b: TensorBase | number): this {
    return this.binary("add", b);
  }

  /** this - b */
  sub(b: TensorBase | number): this {
    return this.binary("sub", b);
  }

  /** this * b */
  mul(b: TensorBase | number): this {
    return this.binary("mul", b);
  }

  /** this / b; integers give float32. */
  div(b: TensorBase | number): this {
    return this.binary("div", b);
  }

  /** Each element to the power `exponent`. */
  pow(exponent: number): this {
    return this.op("pow", [exponent]);
  }

  /** -this */
  neg(): this {
    return this.op("neg");
  }

  /** |this| */
  abs(): this {
    return this.op("abs");
  }

  /** e to the power of each element. */
  exp(): this {
    return this.op("exp");
  }

  /** Natural logarithm. */
  log(): this {
    return this.op("log");
  }

  /** Square root. */
  sqrt(): this {
    return this.op("sqrt");
  }

  /** max(this, 0) */
  relu(): this {
    return this.op("relu");
  }

  /** 1 / (1 + exp(-this)) */
  sigmoid(): this {
    return this.op("sigmoid");
  }

  /** Hyperbolic tangent. */
  tanh(): this {
    return this.op("tanh");
  }

  /** Elements below `min` become `min`, those above `max` become `max`; either may be left out. */
  clamp(min?: number, max?: number): this {
    return this.op("clamp", [min, max]);
  }

  /** The smaller of the two, element by element. */
  minimum(b: TensorBase | number): this {
    return this.binary("minimum", b);
  }

  /** The larger of the two, element by element. */
  maximum(b: TensorBase | number): this {
    return this.binary("maximum", b);
  }

  /** this == b, as bool. */
  eq(b: TensorBase | number): this {
    return this.binary("eq", b);
  }

  /** this != b, as bool. */
  ne(b: TensorBase | number): this {
    return this.binary("ne", b);
  }

  /** this < b, as bool. */
  lt(b: TensorBase | number): this {
    return this.binary("lt", b);
  }

  /** this <= b, as bool. */
  le(b: TensorBase | number): this {
    return this.binary("le", b);
  }

  /** this > b, as bool. */
  gt(b: TensorBase | number): this {
    return this.binary("gt", b);
  }

  /** this >= b, as bool. */
  ge(b: TensorBase | number): this {
    return this.binary("ge", b);
  }

  /** True where the element is zero, as bool. */
  logicalNot(): this {
    return this.op("logicalNot");
  }

  /** True where both are non-zero, as bool. */
  logicalAnd(b: TensorBase): this {
    return this.binary("logicalAnd", b);
  }

  /** True where the element is NaN, as bool. */
  isNaN(): this {
    return this.op("isNaN");
  }

  /** True where the element is neither NaN nor infinite, as bool. */
  isFinite(): this {
    return this.op("isFinite");
  }
}
