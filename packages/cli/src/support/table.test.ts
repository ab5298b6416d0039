import { expect, it } from "vitest";
import { formatNumber, table } from "./table.ts";

it("formats numbers", () => {
  expect(formatNumber(12)).toBe("12");
  expect(formatNumber(0.125)).toBe("0.125");
  expect(formatNumber(1.23456789)).toBe("1.2346");
  expect(formatNumber(1e-7)).toBe("1.000e-7");
  expect(formatNumber(Number.POSITIVE_INFINITY)).toBe("Infinity");
});

it("draws a table with every cell", () => {
  const text = table(["edge", "score"], [["A0.0->MLP 0", 1]]);
  for (const cell of ["edge", "score", "A0.0->MLP 0", "1"]) expect(text).toContain(cell);
});
