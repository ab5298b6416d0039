import { readFile } from "node:fs/promises";
import { AutocircuitError } from "@autocircuit/base";

/**
 * Reads a text file.
 *
 * @throws AutocircuitError `not-found`, or `bad-file` for what cannot be read: a folder, or a file that may not be
 */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const { code = "unknown reason" } = cause as NodeJS.ErrnoException;
    const reason = reasons[code] ?? `cannot be read (${code}).`;
    throw new AutocircuitError(code === "ENOENT" ? "not-found" : "bad-file", `${path}: ${reason}`, { cause });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "does not exist. Check the path.",
  EISDIR: "is a folder, where a file is needed. Check the path.",
  ENOTDIR: "a part of the path is a file. Check the path.",
  EACCES: "may not be read. Change its permissions.",
  EPERM: "may not be read. Change its permissions.",
};
