import { expect, it } from "vitest";
import { formatNumber } from "./format-number.ts";

it.each([
  [12, "12"],
  [0.125, "0.125"],
  [1.23456789, "1.2346"],
  [1e-7, "1.000e-7"],
  [Number.POSITIVE_INFINITY, "Infinity"],
])("writes %s as %s", (value, text) => expect(formatNumber(value)).toBe(text));
