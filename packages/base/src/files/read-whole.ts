import { readFile } from "node:fs/promises";
import { AutocircuitError } from "../errors.ts";

const REASONS: ReadonlyMap<string | undefined, string> = new Map([
  ["ENOENT", "there is no such file"],
  ["EISDIR", "it is a folder, where a file is needed: name one in it"],
  ["EACCES", "it may not be read: change its permissions"],
]);

/**
 * A file's bytes.
 *
 * @param what what is read, for the error: `prompts` gives `Could not read prompts from ...`
 * @throws AutocircuitError `not-found`, or `bad-file` with the system's reason
 */
export async function readWhole(path: string | URL, what?: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const missing = code === "ENOENT";
    const reason = REASONS.get(code) ?? message;
    const place = what === undefined ? String(path) : `${what} from ${path}`;
    throw new AutocircuitError(missing ? "not-found" : "bad-file", `Could not read ${place}: ${reason}.`, { cause });
  }
}
