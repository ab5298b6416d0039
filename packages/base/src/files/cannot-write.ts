import { AutocircuitError } from "../errors.ts";

/** The error for a file or folder that cannot be written, from what the system says; other errors stay what they are. */
export function cannotWrite(path: string, cause: unknown): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  if (cause instanceof AutocircuitError || typeof code !== "string") return cause;
  const advice = reasons[code] ?? "Choose another place, or look at the disk.";
  return new AutocircuitError("bad-file", `Cannot write "${path}" (${code}). ${advice}`, { cause });
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "You may not write there: choose another folder, or change its permissions.",
  EPERM: "You may not write there: choose another folder, or change its permissions.",
  EROFS: "The file system is read-only: choose another folder.",
  ENOSPC: "The disk is full: free some space.",
  EDQUOT: "Your share of the disk is used up: free some space.",
  ENOENT: "There is no such folder: make it, or choose another.",
  ENOTDIR: "A part of the path is a file: choose another folder.",
  EEXIST: "A file of that name is in the way: remove it, or choose another folder.",
  EISDIR: "A folder of that name is in the way: remove it, or choose another folder.",
};
