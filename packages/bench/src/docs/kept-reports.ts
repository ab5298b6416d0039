import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Processor } from "../processor.ts";

/** The project's folder. */
export const PROJECT = fileURLToPath(new URL("../../../../", import.meta.url));

/** The kept reports of a suite, by file name. */
export function keptReports<Report>(suite: string, project = PROJECT): Report[] {
  const folder = measurements(project);
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.startsWith(`${suite}-`)) : [];
  return files.toSorted().map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Report);
}

/** A processor in a file's name: `amd-epyc-zen-3-2-cores`. */
export function slug({ name, cores }: Processor): string {
  return `${name} ${cores} cores`
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}

/** Where reports are kept: one of a suite for each processor. */
export function measurements(project = PROJECT): string {
  return join(project, "docs", "measurements");
}
