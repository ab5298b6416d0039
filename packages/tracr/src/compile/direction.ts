import { compareValues, sign } from "../values/compare.ts";
import { printValue } from "../values/print.ts";
import { type Value, valueKey } from "../values/value.ts";

/** One basis vector of the residual stream, or of an MLP's hidden layer: a name, and a value where it stands for one. */
export interface Direction {
  readonly name: string;
  readonly value: Value | null;
  /** Print whole values as floats. Not part of the identity. */
  readonly floats: boolean;
}

/** Makes a direction. */
export function direction(name: string, value: Value | null = null, floats = false): Direction {
  return { name, value, floats };
}

/** The direction that is 1 at every position. */
export const one = direction("one");

/** A string that equal directions share. */
export function directionKey({ name, value }: Direction): string {
  return value === null ? name : `${name}\u0000${valueKey(value)}`;
}

/** The printed form: `one`, `tokens:a`, `indices:3`. */
export function directionLabel({ name, value, floats }: Direction): string {
  return value === null ? name : `${name}:${printValue(value, floats)}`;
}

/**
 * The order that fixes every matrix layout: by name, then by value; where the values have no order (a number beside a string), by
 * printed form.
 */
export function compareDirections(a: Direction, b: Direction): -1 | 0 | 1 {
  if (a.name !== b.name) return sign(a.name, b.name);
  if (a.value === null && b.value === null) return 0;
  const order = a.value === null || b.value === null ? null : compareValues(a.value, b.value);
  return order ?? sign(directionLabel(a), directionLabel(b));
}
