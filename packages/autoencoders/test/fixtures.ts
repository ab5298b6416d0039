import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const cases = fileURLToPath(new URL("../../conformance/fixtures/autoencoders", import.meta.url));

/** Tiny autoencoders with random weights, in the files that the tools write. */
export const autoencoderCase = (name: string): string => join(cases, name);

const temporary = mkdtempSync(join(tmpdir(), "autocircuit-"));
process.on("exit", () => rmSync(temporary, { recursive: true, force: true }));

/** An empty folder, which goes with the process. */
export function temporaryFolder(): string {
  return mkdtempSync(join(temporary, "folder-"));
}

/** A copy of a case's files that a test may damage. */
export function copyOf(name: string): string {
  const folder = temporaryFolder();
  cpSync(join(autoencoderCase(name), "files"), folder, { recursive: true });
  return folder;
}
