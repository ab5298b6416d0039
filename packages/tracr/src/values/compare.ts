import { asNumber, sameValue, type Value } from "./value.ts";

/**
 * Orders two values as tracr does: numbers (and booleans) numerically, strings by code unit, tuples at the first element that
 * differs. `null` when the two have no order, such as a number and a string.
 */
export function compareValues(a: Value, b: Value): -1 | 0 | 1 | null {
  if (typeof a === "string" || typeof b === "string") {
    return typeof a === "string" && typeof b === "string" ? sign(a, b) : null;
  }
  const x = asNumber(a);
  const y = asNumber(b);
  if (x !== null && y !== null) return sign(x, y);
  if (typeof a !== "object" || typeof b !== "object") return null;
  for (let i = 0; i < a.length && i < b.length; i++) {
    const left = a[i]!;
    const right = b[i]!;
    if (!sameValue(left, right)) return compareValues(left, right);
  }
  return sign(a.length, b.length);
}

/** -1, 0 or 1 by the plain `<` of two numbers or two strings. */
export function sign<T extends number | string>(a: T, b: T): -1 | 0 | 1 {
  if (a < b) return -1;
  return b < a ? 1 : 0;
}
