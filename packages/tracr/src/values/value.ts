/**
 * A value of a RASP sequence at one position. `null` (undefined) is not a `Value`: it stands beside it, and no map ever sees it.
 * Tuples occur as intermediate categorical values.
 */
export type Value = number | boolean | string | readonly Value[];

/** A token of the vocabulary. */
export type Token = string | number;

/** Whether something is a value; NaN and infinities are numbers here, see {@link isArithmeticFailure}. */
export function isValue(value: unknown): value is Value {
  if (Array.isArray(value)) return value.every(isValue);
  return typeof value === "number" || typeof value === "boolean" || typeof value === "string";
}

/**
 * A string that two values share exactly when RASP treats them as equal: `true` is 1, `false` is 0, -0 is 0, tuples compare
 * element by element.
 */
export function valueKey(value: Value): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value === "number") return String(value);
  return `(${value.map(valueKey).join(",")})`;
}

/** Equality of RASP values (see {@link valueKey}). `null` equals only `null`. */
export function sameValue(a: Value | null, b: Value | null): boolean {
  if (a === null || b === null) return a === b;
  return a === b || valueKey(a) === valueKey(b);
}

/** Whether a function result counts as an arithmetic failure: NaN or an infinity, alone or in a tuple, where Python would raise. */
export function isArithmeticFailure(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isArithmeticFailure);
  return typeof value === "number" && !Number.isFinite(value);
}

/** Removes duplicates under {@link sameValue}; the first of equal values stays. */
export function distinctValues(values: Iterable<Value>): Value[] {
  const seen = new Map<string, Value>();
  for (const value of values) {
    const key = valueKey(value);
    if (!seen.has(key)) seen.set(key, value);
  }
  return [...seen.values()];
}

/** The number a value stands for in a numerical direction; booleans are 0 and 1, anything else `null`. */
export function asNumber(value: Value): number | null {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return null;
}
