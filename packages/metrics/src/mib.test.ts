import { describe, expect, it } from "vitest";
import { MIB_SHARES, mibScores, mibSizes } from "./mib.ts";

describe("mibSizes", () => {
  it("are the shares of the edges, rounded down", () => {
    expect(mibSizes(32491)).toEqual([32, 64, 162, 324, 649, 1624, 3249, 6498, 16245, 32491]);
    expect(mibSizes(110)).toEqual([0, 0, 0, 1, 2, 5, 11, 22, 55, 110]);
  });
});

describe("mibScores", () => {
  it("of a perfect circuit at every size are the whole width and no distance", () => {
    const { faithfulness, cpr, cmd } = mibScores(Array(10).fill(3), { full: 3, empty: -1 });
    expect(faithfulness).toEqual(Array(10).fill(1));
    expect(cpr).toBeCloseTo(0.999, 12);
    expect(cmd).toBeCloseTo(0, 12);
  });

  it("of a circuit that is no better than nothing, until it is all", () => {
    const values = [...Array(9).fill(2), 6];
    // Only the last stretch, from half to all of the edges, rises from 0 to 1.
    const { cpr, cmd } = mibScores(values, { full: 6, empty: 2 });
    expect(cpr).toBeCloseTo(0.25, 12);
    expect(cmd).toBeCloseTo(0.499 + 0.25, 12);
  });

  it("of a straight line", () => {
    // f = share: area (1 - 0.001^2) / 2; distance 1 - f: 0.999 minus that.
    const { cpr, cmd } = mibScores(MIB_SHARES, { full: 1, empty: 0 });
    expect(cpr).toBeCloseTo((1 - 1e-6) / 2, 12);
    expect(cmd).toBeCloseTo(0.999 - (1 - 1e-6) / 2, 12);
  });

  it("counts overshooting as distance and as performance", () => {
    // f: 2 from 0.001 to 0.2, then 0.5 at a half, 1 at the end.
    const values = [2, 2, 2, 2, 2, 2, 2, 2, 0.5, 1];
    const { cpr, cmd } = mibScores(values, { full: 1, empty: 0 });
    expect(cpr).toBeCloseTo(0.199 * 2 + 0.3 * 1.25 + 0.5 * 0.75, 12);
    expect(cmd).toBeCloseTo(0.199 * 1 + 0.3 * 0.75 + 0.5 * 0.25, 12);
  });

  it("needs ten values", () => {
    expect(() => mibScores([1, 2], { full: 1, empty: 0 })).toThrow(/got 2 values/);
    expect(mibScores(Array(10).fill(1), { full: 1, empty: 1 }).cpr).toBeNaN();
  });
});
