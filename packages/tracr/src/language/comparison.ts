import { compareValues } from "../values/compare.ts";
import { sameValue, type Value } from "../values/value.ts";

/** The comparisons a selector can use; the meaning is always `key OP query`, so `lt` selects keys below the query. */
export type Comparison = "eq" | "neq" | "lt" | "leq" | "gt" | "geq" | "true" | "false";

/** All comparisons, in the order of their definition. */
export const comparisons: readonly Comparison[] = ["eq", "neq", "lt", "leq", "gt", "geq", "true", "false"];

/**
 * Applies a comparison to two values. Values without an order (a number and a string) are unequal, and neither below nor above
 * each other.
 */
export function compare(comparison: Comparison, key: Value, query: Value): boolean {
  switch (comparison) {
    case "true":
      return true;
    case "false":
      return false;
    case "eq":
      return sameValue(key, query);
    case "neq":
      return !sameValue(key, query);
    default:
      return ordered(comparison, compareValues(key, query));
  }
}

function ordered(comparison: "lt" | "leq" | "gt" | "geq", order: -1 | 0 | 1 | null): boolean {
  if (order === null) return false;
  if (comparison === "lt") return order < 0;
  if (comparison === "leq") return order <= 0;
  return comparison === "gt" ? order > 0 : order >= 0;
}
