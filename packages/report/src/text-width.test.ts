import { describe, expect, it } from "vitest";
import { cells, fit, wrap } from "./text-width.ts";

describe("text width", () => {
  it("counts terminal cells", () => {
    expect(cells("abc")).toBe(3);
    expect(cells("日本")).toBe(4);
    expect(cells("e\u0301")).toBe(1);
  });

  it("cuts with an ellipsis that fits too", () => {
    expect(fit("abcdef", 6, cells)).toBe("abcdef");
    expect(fit("abcdefg", 6, cells)).toBe("abcde…");
    expect(cells(fit("日本語テキスト", 7, cells))).toBeLessThanOrEqual(7);
  });

  it("wraps at words", () => {
    expect(wrap("one two three", 7, cells)).toEqual(["one two", "three"]);
    expect(wrap("", 7, cells)).toEqual([]);
  });
});
