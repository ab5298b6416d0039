import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { AutocircuitError } from "@autocircuit/base";
import type { Python } from "./python.ts";
import { keptParts, unpack } from "./unpack.ts";

const OFFICIAL = "https://download.pytorch.org/libtorch";
const CONNECT_MS = 10_000;

/** Address of PyTorch's archive for C++, or undefined where none is published (Linux on ARM). */
export function archiveUrl(
  version: string,
  variant: string,
  platform: NodeJS.Platform = process.platform,
  arch: string = process.arch,
): string | undefined {
  const build = `${version}%2B${variant}`;
  if (platform === "linux" && arch === "x64") return `${OFFICIAL}/${variant}/libtorch-shared-with-deps-${build}.zip`;
  if (platform === "win32" && arch === "x64")
    return `${OFFICIAL}/${variant}/libtorch-win-shared-with-deps-${build}.zip`;
  if (platform === "darwin" && arch === "arm64" && variant === "cpu") {
    return `${OFFICIAL}/cpu/libtorch-macos-arm64-${version}.zip`;
  }
  return undefined;
}

/** What {@link installArchive} needs. */
export interface ArchiveRequest {
  readonly url: string;
  /** Expected SHA-256 of the archive, 64 hexadecimal digits. */
  readonly sha256: string;
  /** Folder to install into; gets a `torch` folder. */
  readonly target: string;
  readonly python: Python;
  readonly onLine: (line: string) => void;
}

/**
 * Downloads the archive, compares its checksum and unpacks it.
 *
 * @throws AutocircuitError when the server does not answer within 10 seconds, answers with an error, or the checksum differs.
 */
export async function installArchive(request: ArchiveRequest): Promise<void> {
  const file = join(request.target, "libtorch.zip");
  const sha256 = await download(request.url, file, request.onLine);
  if (sha256 !== request.sha256.toLowerCase()) {
    throw new AutocircuitError(
      "libtorch",
      `${request.url} has the SHA-256 ${sha256}, expected was ${request.sha256}. Nothing of it was installed.`,
    );
  }
  await unpack(request.python, file, request.target, keptParts("libtorch"));
  await rename(join(request.target, "libtorch"), join(request.target, "torch"));
}

async function download(url: string, file: string, onLine: (line: string) => void): Promise<string> {
  const connecting = new AbortController();
  const timer = setTimeout(() => connecting.abort(), CONNECT_MS);
  let response: Response;
  try {
    response = await fetch(url, { signal: connecting.signal });
  } catch (cause) {
    throw new AutocircuitError("libtorch", `Could not reach ${url} within ${CONNECT_MS / 1000} s.`, { cause });
  } finally {
    clearTimeout(timer);
  }
  if (!response.ok || !response.body) {
    throw new AutocircuitError("libtorch", `${url} answered ${response.status} ${response.statusText}.`);
  }
  const hash = createHash("sha256");
  const total = Number(response.headers.get("content-length")) || undefined;
  const source = Readable.fromWeb(response.body as ReadableStream);
  await pipeline(source, watch(hash.update.bind(hash), total, onLine), createWriteStream(file));
  return hash.digest("hex");
}

/** Passes bytes on, shows each to `see`, and reports every tenth of the whole. */
function watch(see: (chunk: Buffer) => void, total: number | undefined, onLine: (line: string) => void): Transform {
  let seen = 0;
  let told = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      see(chunk);
      seen += chunk.length;
      const tenth = total === undefined ? 0 : Math.floor((seen / total) * 10);
      if (tenth > told) {
        told = tenth;
        onLine(`downloaded ${tenth * 10}% of ${Math.round((total ?? 0) / 1e6)} MB`);
      }
      done(null, chunk);
    },
  });
}
