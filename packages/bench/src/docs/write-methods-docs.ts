import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWholeSync } from "@autocircuit/base";
import { betweenMarks } from "./between-marks.ts";
import { PROJECT } from "./kept-reports.ts";

/** Puts a table between its marks in docs/methods.md. @throws AutocircuitError `bad-file` where the marks are missing */
export function writeMethodsDocs(marks: "methods" | "trained" | "cost", table: string): void {
  const file = join(PROJECT, "docs", "methods.md");
  writeWholeSync(file, betweenMarks(readFileSync(file, "utf8"), marks, table, "docs/methods.md"));
}
