import { describe, expect, it } from "vitest";
import { escapeXml, visible } from "./escape.ts";

describe("escapeXml", () => {
  it("leaves nothing that markup or attributes take as their own", () => {
    expect(escapeXml(`<a href="x" b='y'>&amp;`)).toBe("&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;");
  });
});

describe("visible", () => {
  it("writes control characters out, so that a terminal does not obey them", () => {
    expect(visible("\x1b[31mred\x07\u009b")).toBe("\\u{1b}[31mred\\u{7}\\u{9b}");
  });
  it("writes out marks that hide or reorder text, lone surrogates, and what XML forbids", () => {
    expect(visible("a\u202eb\u200bc\ud800d\uffff\0")).toBe("a\\u{202e}b\\u{200b}c\\u{d800}d\\u{ffff}\\u{0}");
  });
  it("keeps text in any script, and one line", () => {
    expect(visible("日本 é 👍\nx\ty")).toBe("日本 é 👍 x y");
  });
});
