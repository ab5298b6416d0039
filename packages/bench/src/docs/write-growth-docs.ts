import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWholeSync } from "@autocircuit/base";
import { curveSvg } from "@autocircuit/report";
import type { GrowthReport } from "../growth/growth-report.ts";
import { writeJson } from "../write-json.ts";
import { betweenMarks } from "./between-marks.ts";
import { growthCurves } from "./growth-curves.ts";
import { growthPages } from "./growth-page.ts";
import { keptReports, measurements, PROJECT, slug } from "./kept-reports.ts";

/** Keeps a report as the newest of its processor, draws its curves, and writes docs/growth.md anew. */
export async function writeGrowthDocs(report: GrowthReport, project = PROJECT): Promise<void> {
  const { processor } = report;
  for (const axis of report.axes) {
    for (const { name, curve, title } of growthCurves(axis)) {
      const svg = await curveSvg(curve, { title });
      writeWholeSync(join(project, "docs", "images", `growth-${slug(processor)}-${name}.svg`), `${svg}\n`);
    }
  }
  writeJson(join(measurements(project), `growth-${slug(processor)}.json`), report);
  const file = join(project, "docs", "growth.md");
  writeWholeSync(file, pageWithGrowth(readFileSync(file, "utf8"), project));
}

/** The page with the tables and pictures of the kept reports. */
export function pageWithGrowth(page: string, project = PROJECT): string {
  const reports = keptReports<GrowthReport>("growth", project);
  return betweenMarks(page, "growth", growthPages(reports), "docs/growth.md");
}
