import { AutocircuitError } from "../../../core/errors.ts";

/** The error of a malformed file or folder: which file, what is wrong there, what to do. */
export function badFile(path: string, problem: string, options?: { cause?: unknown }): AutocircuitError {
  return new AutocircuitError("bad-file", `${path}: ${problem}`, options);
}
