import type { SOp } from "../language/sop.ts";
import { RaspError } from "../rasp-error.ts";
import { asNumber, sameValue, type Value } from "../values/value.ts";

/**
 * What an aggregate makes of the values it selected (one or more). One value, or several that agree, stay as they are; others are
 * averaged, which needs numbers. A numerical aggregate of several truth values gives a number.
 */
export function meanOf(selected: readonly (Value | null)[], sop: SOp, position: number): Value | null {
  const first = selected[0]!;
  if (selected.length === 1) return first;
  const agree = selected.every((value) => value !== null && sameValue(value, first));
  if (agree && first !== null && !(sop.encoding === "numerical" && typeof first === "boolean")) return first;
  const numbers = selected.map((value) => (value === null ? null : asNumber(value)));
  let sum = 0;
  for (const [i, x] of numbers.entries()) {
    if (x === null) {
      const shown = selected[i] === null ? "undefined" : JSON.stringify(selected[i]);
      throw new RaspError(
        "evaluation",
        `${sop.name}: at position ${position} it averages ${selected.length} values, one of them ${shown}, which is no number; ` +
          "select positions that agree, or map to numbers first",
        sop.name,
      );
    }
    sum += x;
  }
  return sum / numbers.length;
}
