import { accessSync, readFileSync } from "node:fs";
import { cannotRead } from "@autocircuit/base";

/** Reads a text file that the user named, at once. @throws AutocircuitError `not-found` or `bad-file` that names the file */
export function textOf(path: string): string {
  return said(path, () => readFileSync(path, "utf8"));
}

/** Holds that a file that the user named is there. @throws AutocircuitError as {@link textOf} */
export function requireThere(path: string): void {
  said(path, () => accessSync(path));
}

function said<Result>(path: string, read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    throw cannotRead(path, cause);
  }
}
