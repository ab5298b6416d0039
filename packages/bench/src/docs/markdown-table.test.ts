import { expect, it } from "vitest";
import { markdownTable } from "./markdown-table.ts";

it("pads cells to the widest of their column", () => {
  expect(
    markdownTable([
      ["what", "a"],
      ["x", "1,000"],
    ]),
  ).toEqual(["| what | a     |", "| ---- | ----- |", "| x    | 1,000 |"]);
});
