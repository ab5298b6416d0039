import { readFile } from "node:fs/promises";
import { AutocircuitError } from "../errors.ts";

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
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    const reason = missing ? "there is no such file" : (cause as Error).message;
    const place = what === undefined ? String(path) : `${what} from ${path}`;
    throw new AutocircuitError(missing ? "not-found" : "bad-file", `Could not read ${place}: ${reason}.`, { cause });
  }
}
