import { statfs } from "node:fs/promises";

const MEBIBYTE = 2 ** 20;

/** Why something does not fit on the disk of an existing folder, and what to do; undefined when it does. */
export async function spaceProblem(folder: string, needed: number): Promise<string | undefined> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= needed) return undefined;
  return (
    `the disk of ${folder} has ${Math.floor(free / MEBIBYTE)} MiB left, and this takes at least ${Math.ceil(needed / MEBIBYTE)}: ` +
    "free some, or let XDG_CACHE_HOME name a folder on another disk"
  );
}
