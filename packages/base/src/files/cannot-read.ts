import { AutocircuitError } from "../errors.ts";

/** The error for a file or folder that cannot be read, from what the system says; other errors stay what they are. */
export function cannotRead(path: string, cause: unknown): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  if (cause instanceof AutocircuitError || typeof code !== "string") return cause;
  const problem = problems[code] ?? `cannot be read (${code}).`;
  return new AutocircuitError(code === "ENOENT" ? "not-found" : "bad-file", `${path}: ${problem}`, { cause });
}

const problems: Readonly<Record<string, string>> = {
  ENOENT: "does not exist. Check the path.",
  EISDIR: "is a folder, where a file is needed. Check the path.",
  ENOTDIR: "a part of the path is a file. Check the path.",
  EACCES: "may not be read. Change its permissions.",
  EPERM: "may not be read. Change its permissions.",
};
