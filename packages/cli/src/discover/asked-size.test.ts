import { describe, expect, it } from "vitest";
import { inFlagNames } from "../support/in-flags.ts";
import { askedSize } from "./asked-size.ts";

describe("how large a circuit is to be", () => {
  it("is a number of edges, or a share of all", () => {
    expect(["0", "20", "20%", "100%", "0.5%"].map(askedSize)).toEqual([
      0,
      20,
      { share: 0.2 },
      { share: 1 },
      { share: 0.005 },
    ]);
  });

  it.each(["0.2", "-3", "0%", "101%", "%", "20 %", "1e9999", "twenty"])("is not %s", (text) => {
    expect(() => askedSize(text)).toThrow(/neither a whole number of edges, .* nor a share of all edges/);
  });

  it("is said as it was typed, where the library refuses it", () => {
    expect(inFlagNames("`size: { share: 0.07 }` of the edges is less than one")).toBe(
      "--size 7% of the edges is less than one",
    );
  });
});
