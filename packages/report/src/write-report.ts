import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { AutocircuitError, kind, signature, writeWhole } from "@autocircuit/base";
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
  try {
    await mkdir(dir, { recursive: true });
  } catch (cause) {
    throw fileError(`Cannot make the report folder "${dir}"`, cause);
  }
  const paths = { svg: join(dir, "circuit.svg"), html: join(dir, "report.html") };
  await replaceFile(paths.svg, svg);
  await replaceFile(paths.html, html);
  return paths;
}

async function replaceFile(path: string, text: string): Promise<void> {
  try {
    await writeWhole(path, text);
  } catch (cause) {
    throw fileError(`Cannot write "${path}"`, cause);
  }
}

function fileError(what: string, cause: unknown): AutocircuitError {
  const code = (cause as NodeJS.ErrnoException).code ?? "unknown reason";
  const advice = reasons[code] ?? "Choose another folder, or look at the disk.";
  return new AutocircuitError("bad-file", `${what} (${code}). ${advice}`, { cause });
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "You may not write there: choose another folder, or change its permissions.",
  EPERM: "You may not write there: choose another folder, or change its permissions.",
  EROFS: "The file system is read-only: choose another folder.",
  ENOSPC: "The disk is full: free some space.",
  ENOTDIR: "A part of the path is a file: choose another folder.",
  EEXIST: "A file of that name is in the way: remove it, or choose another folder.",
  EISDIR: "A folder of that name is in the way: remove it, or choose another folder.",
};
