import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { chmod, type FileHandle, open, readlink, rename, rm, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { AutocircuitError } from "../errors.ts";

/** What a file is made of, piece after piece. */
export type FileContent = string | Uint8Array | Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;

/** Where /dev/stdout leads: what is open already. Its links name pipes and deleted files by words that are no path. */
const DESCRIPTORS = "/proc/";

/**
 * Writes a file beside its place, then renames it: nobody ever sees half of it, and a write that fails leaves the old one.
 * A symbolic link stays, and the file that it points at is replaced; what is no file, such as a pipe or /dev/stdout, is written into.
 *
 * @throws AutocircuitError `bad-file` when it cannot be written: the path, why, and what to do
 */
export async function writeWhole(path: string, content: FileContent): Promise<void> {
  let target = resolve(path);
  try {
    target = await behindLinks(target);
    const old = await stat(target).catch(ifMissing);
    const special = old !== undefined && !old.isFile() && !old.isDirectory();
    if (special || target.startsWith(DESCRIPTORS)) return await writeInto(target, "a", content);
    const beside = `${target}.${randomUUID()}.part`;
    try {
      await writeInto(beside, "wx", content);
      if (old !== undefined) await chmod(beside, old.mode);
      await rename(beside, target);
    } catch (error) {
      await rm(beside, { force: true });
      throw error;
    }
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

/**
 * The same at once, and makes the folder: for a command's last act, which an interrupt must not cut in two.
 *
 * @throws AutocircuitError `bad-file`
 */
export function writeWholeSync(path: string, content: string | Uint8Array): void {
  const target = existsSync(path) ? realpathSync(path) : resolve(path);
  const beside = `${target}.${randomUUID()}.part`;
  try {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(beside, content, { flag: "wx" });
    renameSync(beside, target);
  } catch (cause) {
    rmSync(beside, { force: true });
    throw cannotWrite(path, cause);
  }
}

/** The file that a path means: links are followed here, since a rename would put the file in the place of the link. */
async function behindLinks(path: string): Promise<string> {
  let target = path;
  for (let links = 0; links < 40; links++) {
    const next = await readlink(target).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "EINVAL") return undefined;
      return ifMissing(error);
    });
    if (next === undefined || target.startsWith(DESCRIPTORS)) return target;
    target = resolve(dirname(target), next);
  }
  return target;
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

async function writeInto(path: string, flags: "a" | "wx", content: FileContent): Promise<void> {
  const pieces = typeof content === "string" || content instanceof Uint8Array ? [content] : content;
  const file: FileHandle = await open(path, flags);
  try {
    for await (const piece of pieces) await file.writeFile(piece);
  } finally {
    await file.close();
  }
}

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
