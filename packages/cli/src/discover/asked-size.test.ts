import { describe, expect, it } from "vitest";
import { askedSize, edgesAsked } from "./asked-size.ts";

describe("how large a circuit is to be", () => {
  it("is a number of edges, or a share of all, rounded down", () => {
    expect(edgesAsked(askedSize("0"), 77)).toBe(0);
    expect(edgesAsked(askedSize("20"), 77)).toBe(20);
    expect(edgesAsked(askedSize("20%"), 77)).toBe(15);
    expect(edgesAsked(askedSize("100%"), 77)).toBe(77);
    // 0.29 * 100 is less than 29 in floating point.
    expect(edgesAsked(askedSize("29%"), 100)).toBe(29);
    expect(edgesAsked(askedSize("0.5%"), 70_651)).toBe(353);
  });

  it.each(["0.2", "-3", "0%", "101%", "%", "20 %", "1e9999", "twenty"])("is not %s", (text) => {
    expect(() => askedSize(text)).toThrow(/neither a whole number of edges, .* nor a share of all edges/);
  });

  it("is, as a share, at least one edge", () => {
    expect(() => edgesAsked("1%", 77)).toThrow(/--size 1% of the graph's 77 edges is less than one/);
  });
});
