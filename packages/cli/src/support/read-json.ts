import { parseJson } from "@autocircuit/base";
import { textOf } from "./text-of.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Reads a JSON file.
 *
 * @throws AutocircuitError when it cannot be read, UsageError when it is not JSON; the message names the file and the place
 */
export function readJson(path: string): unknown {
  const text = textOf(path);
  try {
    return parseJson(text);
  } catch (cause) {
    throw new UsageError(`${path} is not valid JSON: ${(cause as Error).message}. Check the file.`, { cause });
  }
}
