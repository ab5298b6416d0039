import { readFile, stat } from "node:fs/promises";
import { badFile } from "./bad-file.ts";
import { cannotRead } from "./cannot-read.ts";

/**
 * Reads a text file.
 *
 * @param mostBytes more than that no such file has
 * @throws AutocircuitError `not-found`, or `bad-file` for what cannot be read: a folder, a file that may not be, or one that is too long
 */
export async function readText(path: string, mostBytes = Number.POSITIVE_INFINITY): Promise<string> {
  try {
    const size = Number.isFinite(mostBytes) ? (await stat(path)).size : 0;
    if (size > mostBytes) throw badFile(path, `has ${size} bytes, more than any such file (${mostBytes}).`);
    return await readFile(path, "utf8");
  } catch (cause) {
    throw cannotRead(path, cause);
  }
}
