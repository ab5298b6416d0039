import type { Value } from "./value.ts";

/**
 * Prints a value the way tracr's labels do (Python's `str`): `True`, `('a', 1)`, `1e-05`.
 *
 * @param floats print whole numbers with a decimal point (`1.0`): JavaScript cannot tell 1.0 from 1, so expressions carry a flag
 */
export function printValue(value: Value, floats = false): string {
  return typeof value === "string" ? value : printInner(value, floats);
}

function printInner(value: Value, floats: boolean): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return printNumber(value, floats);
  const items = value.map((item) => printInner(item, floats));
  return items.length === 1 ? `(${items[0]},)` : `(${items.join(", ")})`;
}

function printNumber(value: number, floats: boolean): string {
  if (Number.isInteger(value) && !floats) return BigInt(value).toString();
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    // Python pads the exponent to two digits: 1e-05.
    return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\t", "\\t").replaceAll("\r", "\\r");
  return mark + (mark === "'" ? escaped.replaceAll("'", "\\'") : escaped) + mark;
}
