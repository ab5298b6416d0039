import { readFileSync } from "node:fs";
import { parseJson } from "@autocircuit/base";
import { UsageError } from "./usage-error.ts";

/**
 * Reads a JSON file.
 *
 * @throws UsageError when it is missing or not JSON; the message names the file and the place
 */
export function readJson(path: string): unknown {
  const text = readText(path);
  try {
    return parseJson(text);
  } catch (cause) {
    throw new UsageError(`${path} is not valid JSON: ${(cause as Error).message}. Check the file.`, { cause });
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new UsageError(`${path} cannot be read: ${reason(cause)}. Check the path.`, { cause });
  }
}

const reason = (cause: unknown) =>
  (cause as { code?: string }).code === "ENOENT" ? "no such file" : (cause as Error).message;
