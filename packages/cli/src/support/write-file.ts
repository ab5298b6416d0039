import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { writeWholeSync } from "@autocircuit/base";
import { UsageError } from "./usage-error.ts";

/** Writes a value as indented JSON; non-finite numbers become the strings "Infinity", "-Infinity" and "NaN". */
export function writeJson(path: string, value: unknown): void {
  const readable = (_key: string, item: unknown) =>
    typeof item === "number" && !Number.isFinite(item) ? String(item) : item;
  writeWholeSync(path, `${JSON.stringify(value, readable, 2)}\n`);
}

/**
 * Checks before the work starts that a file can be written there.
 *
 * @throws UsageError when the path is a folder, or its folder cannot be written to
 */
export function requireWritable(path: string | undefined): void {
  if (path === undefined) return;
  const target = resolve(path);
  if (existsSync(target) && statSync(target).isDirectory())
    throw new UsageError(`${path} is a folder. Give the name of a file to write.`);
  let folder = dirname(target);
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    if (!statSync(folder).isDirectory()) throw new Error("not a folder");
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw new UsageError(`${path} cannot be written: ${folder} is not a folder that may be written to.`, { cause });
  }
}
