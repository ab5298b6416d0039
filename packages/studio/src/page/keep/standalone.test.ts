import { describe, expect, it } from "vitest";
import type { Embedded } from "../client/embedded.ts";
import { escapeXml } from "./graph-svg.ts";
import { dataMark, standaloneHtml } from "./standalone.ts";

describe("a page with its data in it", () => {
  it("holds any text without its being markup", () => {
    const data = { state: "</script><script>alert(1)</script><!--" } as unknown as Embedded;
    const html = standaloneHtml(`<body>${dataMark}<script>x</script></body>`, data);
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/<\/script/g)).toHaveLength(2);
    const json = /<script type="application\/json" id="studio-data">(.*?)<\/script>/.exec(html)![1]!;
    expect(JSON.parse(json)).toEqual(data);
  });

  it("is not made of a page without a place for them", () => {
    expect(() => standaloneHtml("<body></body>", {} as Embedded)).toThrow("no place");
  });
});

describe("text in a drawing", () => {
  it("is no markup, and has nothing that XML forbids", () => {
    expect(escapeXml('<a b="c">&\u0000\u0008')).toBe("&lt;a b=&quot;c&quot;&gt;&amp;");
  });
});
