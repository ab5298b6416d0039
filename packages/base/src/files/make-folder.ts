import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { AutocircuitError } from "../errors.ts";
import { cannotWrite } from "./cannot-write.ts";

/**
 * Makes a folder, and those it is in, unless it is there. Node's own recursive `mkdir` never ends in a folder that takes none, such as /proc.
 *
 * @throws AutocircuitError `bad-file` where it cannot be made: the path, why, and what to do
 */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  for (let at = resolve(path); !existsSync(at) && dirname(at) !== at; at = dirname(at)) missing.unshift(at);
  try {
    // A file in its place is heard of by the attempt.
    if (missing.length === 0 && !statSync(path).isDirectory()) mkdirSync(path);
    for (const part of missing) makeOne(part);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cannotWrite(path, cause);
    throw new AutocircuitError(
      "bad-file",
      `Cannot write "${path}" (ENOENT). No folder can be made there: choose another.`,
    );
  }
}

function makeOne(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process was quicker.
    const there =
      (error as NodeJS.ErrnoException).code === "EEXIST" && existsSync(path) && statSync(path).isDirectory();
    if (!there) throw error;
  }
}
