import { writeWholeSync } from "@autocircuit/base";

/** Writes JSON so that a stopped run leaves no half file. */
export function writeJson(path: string, value: unknown): void {
  writeWholeSync(path, `${JSON.stringify(value, null, 2)}\n`);
}
