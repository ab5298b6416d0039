import { constants, existsSync } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { badFile } from "@autocircuit/base";
import { hashFile } from "./checksum.ts";
import { type RequestContext, statusError, TransientError } from "./hub-errors.ts";
import type { HubFile } from "./list-model.ts";
import { sizeOf } from "./model-cache.ts";
import { type Attempt, withRetries } from "./with-retries.ts";

/** How often a content that does not match its checksum is fetched anew. */
const MOST_WRONG = 3;

/**
 * Fetches a file's content into a path, which appears only when size and checksum are right. Until then the bytes are in
 * `<path>.incomplete`, where the next attempt, or the next call, goes on.
 *
 * `downloadFileToCacheDir` of `@huggingface/hub` starts from the first byte each time, waits forever for a silent
 * server, cannot be stopped and takes whatever comes; so only addresses and listings come from the library.
 *
 * @param path the blob in the cache
 * @param onBytes told how many bytes are there
 * @throws AutocircuitError `not-found` (refused, or unreachable), `bad-file` (wrong checksum each time), `out-of-memory`
 *   (disk full), `aborted`
 */
export async function downloadFile(
  context: RequestContext,
  file: HubFile,
  path: string,
  onBytes: (there: number) => void,
): Promise<void> {
  if ((await sizeOf(path)) === file.size) return onBytes(file.size);
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.incomplete`;
  for (let wrong = 1; ; wrong++) {
    await withRetries(context, (attempt) => fetchRest(context, file, partial, attempt, onBytes));
    const { hash, place } = await hashEither([partial, path], file, context.hub.signal);
    if (hash === file.checksum.hex) return await finish(partial, path);
    await rm(place, { force: true });
    if (wrong === MOST_WRONG) {
      throw badFile(
        `${context.model}: ${file.name}`,
        `what ${context.hub.endpoint} sent has the checksum ${hash}, not ${file.checksum.hex}, ${MOST_WRONG} times in a row. Nothing of it was kept.`,
      );
    }
  }
}

/** Hashes what came in, wherever it is: another process that fetched the same file may have given it its final name. */
async function hashEither(
  [place, next]: readonly [string, string?],
  file: HubFile,
  signal: AbortSignal | undefined,
): Promise<{ hash: string; place: string }> {
  try {
    return { hash: await hashFile(place, file.checksum.kind, file.size, signal), place };
  } catch (error) {
    if (next === undefined || existsSync(place)) throw error;
    return await hashEither([next], file, signal);
  }
}

/** Gives a content its final name, unless another process was faster. */
async function finish(partial: string, path: string): Promise<void> {
  await rename(partial, path).catch((error: unknown) => {
    if (!existsSync(path)) throw error;
  });
}

/** One request for the bytes that are still missing. */
async function fetchRest(
  context: RequestContext,
  file: HubFile,
  partial: string,
  { signal, alive, progress }: Attempt,
  onBytes: (there: number) => void,
): Promise<void> {
  // Bytes are written at their place, never appended: two processes that fetch the same file write the same.
  await using handle = await open(partial, constants.O_RDWR | constants.O_CREAT);
  let at = (await handle.stat()).size;
  if (at > file.size) {
    await handle.truncate(0);
    at = 0;
  }
  if (at === file.size) return;
  const response = await request(context, file, at, signal);
  const before = at;
  if (response.status !== 206) at = 0;
  onBytes(at);
  for await (const chunk of response.body ?? []) {
    alive();
    const bytes = chunk.subarray(0, file.size - at);
    await writeAll(handle, bytes, at);
    at += bytes.length;
    if (at > before) progress();
    onBytes(at);
    if (at === file.size) return;
  }
  throw new TransientError(`${context.hub.endpoint} sent ${at} of ${file.size} bytes`);
}

async function request(context: RequestContext, file: HubFile, at: number, signal: AbortSignal): Promise<Response> {
  const { hub, model, revision } = context;
  const path = file.name.split("/").map(encodeURIComponent).join("/");
  const url = `${hub.endpoint}/${model}/resolve/${encodeURIComponent(revision)}/${path}`;
  const range: Record<string, string> = at === 0 ? {} : { range: `bytes=${at}-` };
  const response = await fetch(url, {
    headers: { ...range, "accept-encoding": "identity", ...hub.headers(url) },
    signal,
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw statusError(response.status, response.headers.get("x-error-message") ?? "", context);
  }
  const from = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1];
  if (response.status === 206 && Number(from) !== at) {
    await response.body?.cancel();
    throw new TransientError(`${hub.endpoint} sent bytes from ${from} when asked for those from ${at}`);
  }
  return response;
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
  }
}
