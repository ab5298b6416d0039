import { readFile } from "node:fs/promises";
import { cannotRead } from "@autocircuit/base";

/**
 * Reads a text file.
 *
 * @throws AutocircuitError `not-found`, or `bad-file` for what cannot be read: a folder, or a file that may not be
 */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw cannotRead(path, cause);
  }
}
