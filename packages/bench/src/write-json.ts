import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** Writes JSON beside its place, then renames it, so that a stopped run leaves no half file. */
export function writeJson(path: string, value: unknown): void {
  writeText(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** The same for text. */
export function writeText(path: string, text: string): void {
  const target = resolve(path);
  const beside = `${target}.${process.pid}.part`;
  mkdirSync(dirname(target), { recursive: true });
  try {
    writeFileSync(beside, text);
    renameSync(beside, target);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}
