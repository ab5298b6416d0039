import { readFileSync } from "node:fs";
import { UsageError } from "./usage-error.ts";

/** Reads a text file that the user named. @throws UsageError when it cannot be read; the message names the file */
export function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new UsageError(`${path} cannot be read: ${reason(cause)}. Check the path.`, { cause });
  }
}

const reason = (cause: unknown) =>
  (cause as { code?: string }).code === "ENOENT" ? "no such file" : (cause as Error).message;
