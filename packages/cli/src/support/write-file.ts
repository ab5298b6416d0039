import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import {
  type FileContent,
  makeFolder as makeWholeFolder,
  readableJson,
  writeWhole as writeWholeFile,
} from "@autocircuit/base";
import { UsageError } from "./usage-error.ts";

/** Writes a whole file or nothing, see `writeWhole` of the ground floor. Makes the folder. */
export async function writeWhole(path: string, content: FileContent): Promise<void> {
  await makeFolder(path);
  await writeWholeFile(path, content);
}

/** The same for content that is made piece by piece. */
export async function writePieces(path: string, content: Extract<FileContent, AsyncIterable<unknown>>): Promise<void> {
  await makeFolder(path);
  await writeWholeFile(path, content);
}

/** Makes the folder that a file is to be written into. */
export async function makeFolder(path: string): Promise<void> {
  makeWholeFolder(dirname(resolve(path)));
}

/** Writes {@link readableJson}. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeWhole(path, readableJson(value));
}

/**
 * Checks before the work starts that a file can be written there.
 *
 * @throws UsageError when the path is a folder, or its folder cannot be written to
 */
export function requireWritable(path: string | undefined): void {
  if (path === undefined) return;
  const target = resolve(path);
  const old = existsSync(target) ? statSync(target) : undefined;
  if (old?.isDirectory()) throw new UsageError(`${path} is a folder. Give the name of a file to write.`);
  // A pipe or /dev/stdout is written into: nothing is made beside it.
  if (old !== undefined && !old.isFile()) return;
  let folder = dirname(target);
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    if (!statSync(folder).isDirectory()) throw new Error("not a folder");
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw new UsageError(`${path} cannot be written: ${folder} is not a folder that may be written to.`, { cause });
  }
}
