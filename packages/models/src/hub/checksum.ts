import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { throwIfAborted } from "@autocircuit/core";

/** What the hub says a file's content hashes to: large files have a SHA-256, the others git's hash of a blob. */
export interface Checksum {
  readonly kind: "sha256" | "git";
  /** Lower-case hexadecimal: 64 digits, or 40. */
  readonly hex: string;
}

/**
 * Hashes a file in the way of a checksum.
 *
 * @throws AutocircuitError `aborted`
 */
export async function hashFile(
  path: string,
  kind: Checksum["kind"],
  size: number,
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash(kind === "git" ? "sha1" : "sha256");
  if (kind === "git") hash.update(`blob ${size}\0`);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    throwIfAborted(signal);
    hash.update(chunk);
  }
  return hash.digest("hex");
}
