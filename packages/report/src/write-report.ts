import { rmSync } from "node:fs";
import { join } from "node:path";
import { kind, makeFolder, signature, writeWhole } from "@autocircuit/base";
import { circuitSvg } from "./circuit-svg.ts";
import { reportHtml } from "./report-html.ts";
import { reportKind } from "./report-kind.ts";
import type { CircuitReport } from "./types.ts";

/** Paths of the files that were written. */
export interface WrittenReport {
  readonly svg: string;
  readonly html: string;
}

const check = signature("writeReport", { dir: kind.text, report: reportKind });

/**
 * Writes `circuit.svg` and `report.html` into a folder, which is made if need be. Each file is written beside its place
 * and renamed, so that a reader never sees half of one; an older report stays until then.
 *
 * @throws AutocircuitError `bad-file` when the folder cannot be made or written to; `bad-input` and `unknown-name` when the
 * report does not fit together. Nothing is written then.
 */
export async function writeReport(dir: string, report: CircuitReport): Promise<WrittenReport> {
  check({ dir, report });
  const svg = circuitSvg(report);
  const html = await reportHtml(report);
  makeFolder(dir);
  const paths = { svg: join(dir, "circuit.svg"), html: join(dir, "report.html") };
  await writeWhole(paths.svg, svg);
  try {
    await writeWhole(paths.html, html);
  } catch (error) {
    // A diagram is not to stand alone, or beside an older report.
    rmSync(paths.svg, { force: true });
    throw error;
  }
  return paths;
}
