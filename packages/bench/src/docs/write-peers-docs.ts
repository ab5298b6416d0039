import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWholeSync } from "@autocircuit/base";
import type { PeersReport } from "../peers/peers-report.ts";
import { writeJson } from "../write-json.ts";
import { betweenMarks } from "./between-marks.ts";
import { keptReports, measurements, PROJECT, slug } from "./kept-reports.ts";
import { peersTables } from "./peers-table.ts";

/** Keeps a report as the newest of its processor, and writes the README's tables anew. */
export function writePeersDocs(report: PeersReport, project = PROJECT): void {
  writeJson(join(measurements(project), `peers-${slug(report.processor)}.json`), report);
  const file = join(project, "README.md");
  writeWholeSync(file, readmeWithPeers(readFileSync(file, "utf8"), project));
}

/** The README with the tables that the kept reports make. */
export function readmeWithPeers(readme: string, project = PROJECT): string {
  return betweenMarks(readme, "peers", peersTables(keptReports<PeersReport>("peers", project)), "README.md");
}
