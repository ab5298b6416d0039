import { randomUUID } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/**
 * Writes a file beside its place and then renames it, so that a reader sees the old file or the whole new one, and a write that
 * failed or was stopped leaves the old one.
 *
 * @param content the file's bytes, or what writes them piece by piece
 * @throws the system's error; nothing is left behind then
 */
export async function writeWhole(
  path: string,
  content: string | Uint8Array | ((file: FileHandle) => Promise<void>),
): Promise<void> {
  const beside = besideOf(path);
  const file = await open(beside, "wx");
  try {
    if (typeof content === "function") await content(file);
    else await file.writeFile(content);
    await file.sync();
    await file.close();
    await rename(beside, path);
  } catch (error) {
    await file.close();
    await rm(beside, { force: true });
    throw error;
  }
}

/** The same at once, and makes the folder: for a command's last act, which an interrupt must not cut in two. */
export function writeWholeSync(path: string, content: string | Uint8Array): void {
  const target = resolve(path);
  const beside = besideOf(target);
  mkdirSync(dirname(target), { recursive: true });
  try {
    writeFileSync(beside, content, { flag: "wx" });
    renameSync(beside, target);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

const besideOf = (path: string) => `${path}.${randomUUID()}.part`;
