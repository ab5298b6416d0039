import { isArithmeticFailure, isValue, type Value } from "../values/value.ts";
import { requireFunction, requireValue } from "./call-function.ts";
import { compare } from "./comparison.ts";
import type { Binary, Encoding, SOpNode, Unary } from "./node.ts";

/** What the annotations of an {@link SOp} say; missing ones take the defaults of the node. */
export interface Annotations {
  /** Shown in labels as `name_ID`. */
  readonly name?: string;
  readonly encoding?: Encoding;
  /** Print whole values as floats (`1.0`), as Python does where a program computes floats. Labels only. */
  readonly floats?: boolean;
}

type Categorical<T extends Value> = SOp<T, "categorical">;

/**
 * A sequence operation: at every position a value of type `T` (or undefined). Immutable; the methods make new expressions.
 *
 * `E` is the encoding, in the type, so that the editor already refuses what the compiler would: two numerical sequences cannot be
 * compared with each other, numerical ones cannot be keys of a selector, and so on.
 *
 * @example
 * const isX = tokens.eq("x").named("is_x");
 * const twice = indices.mul(2);
 */
export class SOp<out T extends Value = Value, out E extends Encoding = Encoding> {
  declare protected readonly valueType: T;
  readonly name: string;
  readonly encoding: E;
  readonly floats: boolean;

  constructor(
    readonly node: SOpNode,
    readonly annotations: Annotations = {},
  ) {
    this.name = annotations.name ?? node.kind.replaceAll("-", "_");
    this.encoding = (annotations.encoding ?? "categorical") as E;
    this.floats = annotations.floats ?? false;
  }

  /** A copy (a new expression) with some annotations replaced. */
  annotated(annotations: Annotations): this {
    return new SOp(this.node, { ...this.annotations, ...annotations }) as this;
  }

  /** A copy with another name. */
  named(name: string): this {
    return this.annotated({ name });
  }

  /** A copy held as one number per position. Only numbers and booleans can be. */
  numerical<N extends number | boolean>(this: SOp<N>): SOp<N, "numerical"> {
    return this.annotated({ encoding: "numerical" }) as SOp<N, "numerical">;
  }

  /** A copy held one-hot: a direction for every value. */
  categorical(): Categorical<T> {
    return this.annotated({ encoding: "categorical" }) as SOp as Categorical<T>;
  }

  /**
   * Applies `f` at every position. A map of a map becomes one map of the composed function unless `simplify` is false; the inner
   * name and encoding are then gone.
   */
  map<R extends Value>(f: (value: T) => R | null, options: { simplify?: boolean } = {}): Categorical<R> {
    requireFunction(f, "map");
    const outer = f as Unary;
    if (options.simplify === false || this.node.kind !== "map") {
      return new SOp({ kind: "map", f: outer, inner: this });
    }
    const { f: first, inner } = this.node;
    const f2: Unary = (value) => {
      const middle = first(value);
      // What is no value is passed on, for whoever called to say so.
      return !isValue(middle) || isArithmeticFailure(middle) ? middle : outer(middle);
    };
    return new SOp({ kind: "map", f: f2, inner });
  }

  /** `this + other`. With another sequence both must be categorical; numerical ones take `linearSequenceMap`. */
  add(this: SOp<number>, other: number): Categorical<number>;
  add(this: Categorical<number>, other: number | Categorical<number>): Categorical<number>;
  add(this: SOp<number>, other: number | SOp<number>): Categorical<number> {
    return apply(this, other, (x, y) => x + y);
  }

  /** `this - other`. */
  sub(this: SOp<number>, other: number): Categorical<number>;
  sub(this: Categorical<number>, other: number | Categorical<number>): Categorical<number>;
  sub(this: SOp<number>, other: number | SOp<number>): Categorical<number> {
    return apply(this, other, (x, y) => x - y);
  }

  /** `constant - this`. */
  rsub(this: SOp<number>, constant: number): Categorical<number> {
    return this.map((x) => constant - x);
  }

  /** `this * other`. */
  mul(this: SOp<number>, other: number): Categorical<number>;
  mul(this: Categorical<number>, other: number | Categorical<number>): Categorical<number>;
  mul(this: SOp<number>, other: number | SOp<number>): Categorical<number> {
    return apply(this, other, (x, y) => x * y);
  }

  /** `this / other` (true division; dividing by zero gives an undefined value). */
  div(this: SOp<number>, other: number): Categorical<number>;
  div(this: Categorical<number>, other: number | Categorical<number>): Categorical<number>;
  div(this: SOp<number>, other: number | SOp<number>): Categorical<number> {
    return apply(this, other, (x, y) => x / y);
  }

  /** `constant / this`. */
  rdiv(this: SOp<number>, constant: number): Categorical<number> {
    return this.map((x) => constant / x);
  }

  /** `this == other`, with a constant or another categorical sequence. */
  eq(other: T | Categorical<T>): Categorical<boolean> {
    return apply(this, other, (x, y) => compare("eq", x, y));
  }

  /** `this != other`. */
  ne(other: T | Categorical<T>): Categorical<boolean> {
    return apply(this, other, (x, y) => compare("neq", x, y));
  }

  /** `this < other`. */
  lt(other: T | Categorical<T>): Categorical<boolean> {
    return apply(this, other, (x, y) => compare("lt", x, y));
  }

  /** `this <= other`. */
  le(other: T | Categorical<T>): Categorical<boolean> {
    return apply(this, other, (x, y) => compare("leq", x, y));
  }

  /** `this > other`. */
  gt(other: T | Categorical<T>): Categorical<boolean> {
    return apply(this, other, (x, y) => compare("gt", x, y));
  }

  /** `this >= other`. */
  ge(other: T | Categorical<T>): Categorical<boolean> {
    return apply(this, other, (x, y) => compare("geq", x, y));
  }

  /** Logical and, with a constant or another categorical sequence. */
  and(this: SOp<boolean>, other: boolean): Categorical<boolean>;
  and(this: Categorical<boolean>, other: boolean | Categorical<boolean>): Categorical<boolean>;
  and(this: SOp<boolean>, other: boolean | SOp<boolean>): Categorical<boolean> {
    return apply(this, other, (x, y) => Boolean(x) && Boolean(y));
  }

  /** Logical or, with a constant or another categorical sequence. */
  or(this: SOp<boolean>, other: boolean): Categorical<boolean>;
  or(this: Categorical<boolean>, other: boolean | Categorical<boolean>): Categorical<boolean>;
  or(this: SOp<boolean>, other: boolean | SOp<boolean>): Categorical<boolean> {
    return apply(this, other, (x, y) => Boolean(x) || Boolean(y));
  }

  /** Logical not. Also takes a number, read as a truth value (what a numerical aggregate of booleans gives). */
  not(this: SOp<boolean | number>): Categorical<boolean> {
    return this.map((x) => !x);
  }
}

/** A constant on the right makes a map, a sequence a sequence map. */
function apply<R extends Value>(left: SOp, right: Value | SOp, f: (x: never, y: never) => R): Categorical<R> {
  const binary = f as unknown as Binary;
  if (right instanceof SOp) return new SOp({ kind: "sequence-map", f: binary, fst: left, snd: right });
  requireValue(right, "a constant beside a sequence");
  return left.map((x) => binary(x, right)) as SOp as Categorical<R>;
}
