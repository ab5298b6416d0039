import { expect, it } from "vitest";
import { table } from "./table.ts";

it("draws a table with every cell", () => {
  const text = table(["edge", "score"], [["A0.0->MLP 0", 1]]);
  for (const cell of ["edge", "score", "A0.0->MLP 0", "1"]) expect(text).toContain(cell);
});
