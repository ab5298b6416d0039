import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { GrowthReport } from "../growth/growth-report.ts";
import { betweenMarks } from "./between-marks.ts";
import { growthCurves } from "./growth-curves.ts";
import { keptReports, PROJECT, slug } from "./kept-reports.ts";
import { pageWithGrowth } from "./write-growth-docs.ts";
import { readmeWithPeers } from "./write-peers-docs.ts";

describe("betweenMarks", () => {
  it("replaces what stands between, and nothing else", () => {
    const text = "a\n<!-- t:begin -->\nold\n<!-- t:end -->\nb\n";
    const once = betweenMarks(text, "t", "new\n", "FILE");
    expect(once).toBe("a\n<!-- t:begin -->\nnew\n<!-- t:end -->\nb\n");
    expect(betweenMarks(once, "t", "new", "FILE")).toBe(once);
    expect(() => betweenMarks(text, "u", "new", "FILE")).toThrow(/FILE has no marks <!-- u:begin -->/);
  });
});

describe("the docs", () => {
  it("are what the kept measurements make", () => {
    const readme = readFileSync(join(PROJECT, "README.md"), "utf8");
    expect(readmeWithPeers(readme)).toBe(readme);
    const page = readFileSync(join(PROJECT, "docs", "growth.md"), "utf8");
    expect(pageWithGrowth(page)).toBe(page);
  });

  it("have a picture for every curve", () => {
    for (const { processor, axes } of keptReports<GrowthReport>("growth")) {
      for (const { name } of axes.flatMap(growthCurves)) {
        const picture = `growth-${slug(processor)}-${name}.svg`;
        expect(existsSync(join(PROJECT, "docs", "images", picture)), picture).toBe(true);
      }
    }
  });
});
