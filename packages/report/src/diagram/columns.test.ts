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

  it("puts joined items right beside one another, wherever what they are connected to stands", () => {
    const rows = [
      [0, 1, 2, 3, 4, 5],
      [10, 11, 12, 13],
    ];
    const neighbors = new Map([
      [10, [0]],
      [11, [1]],
      [12, [5]],
      [13, [5]],
    ]);
    const places = (joined: ReadonlySet<number>) => {
      const column = assignColumns(rows, neighbors, 6, joined);
      return [10, 11, 12, 13].map((id) => column.get(id)!);
    };
    expect(places(new Set())).toEqual([0, 1, 4, 5]);
    const [first, second, third, last] = places(new Set([11, 12])) as [number, number, number, number];
    expect([second - first, third - second]).toEqual([1, 1]);
    expect(last).toBeGreaterThan(third);
    expect(last).toBe(5);
  });

  it("centers what is not connected", () => {
    expect(assignColumns([[0], [1, 2, 3]], new Map(), 3).get(0)).toBe(1);
  });
});
