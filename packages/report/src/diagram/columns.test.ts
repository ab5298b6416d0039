import { describe, expect, it } from "vitest";
import { assignColumns } from "./columns.ts";

describe("assignColumns", () => {
  it("keeps the order within a row and gives every item a column of its own", () => {
    const rows = [[0, 1, 2], [3], [4, 5]];
    const neighbors = new Map([
      [3, [2]],
      [2, [3, 5]],
      [4, [2]],
      [5, [0]],
    ]);
    const column = assignColumns(rows, neighbors, 3);
    for (const row of rows) {
      const places = row.map((id) => column.get(id)!);
      expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
      expect(places.every((c) => c >= 0 && c < 3)).toBe(true);
    }
  });

  it("puts a single item above what it is connected to", () => {
    for (const target of [0, 1, 2, 3]) {
      const column = assignColumns([[0, 1, 2, 3], [9]], new Map([[9, [target]]]), 4);
      expect(column.get(9)).toBe(target);
    }
  });

  it("centers what is not connected", () => {
    expect(assignColumns([[0], [1, 2, 3]], new Map(), 3).get(0)).toBe(1);
  });
});
