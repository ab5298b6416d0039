import { randomUUID } from "node:crypto";
import { existsSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { chmod, type FileHandle, open, readlink, rename, rm, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { cannotWrite } from "./cannot-write.ts";
import { makeFolder } from "./make-folder.ts";

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
  makeFolder(dirname(target));
  try {
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
