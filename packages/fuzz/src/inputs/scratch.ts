import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for the files of one process, in memory where the system has such a place; it goes with the process. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "autocircuit-fuzz-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
