import { existsSync } from "node:fs";
import { join } from "node:path";
import { AutocircuitError, formatBytes } from "@autocircuit/base";
import { downloadFile } from "./download-file.ts";
import { type RequestContext, requestError } from "./hub-errors.ts";
import type { DownloadProgress } from "./hub-options.ts";
import type { HubFile } from "./list-model.ts";
import { ModelCache, sizeOf } from "./model-cache.ts";
import type { ModelId } from "./model-id.ts";

/** The cached model under any of its names, else a new place under the first. */
export async function findCache({ aliases }: ModelId): Promise<ModelCache> {
  const { getHFHubCachePath, getRepoFolderName } = await import("@huggingface/hub");
  const root = process.env.AUTOCIRCUIT_MODELS || getHFHubCachePath();
  const folders = aliases.map((name) => join(root, getRepoFolderName({ type: "model", name })));
  return new ModelCache(folders.find((folder) => existsSync(folder)) ?? folders[0]!);
}

/** Fetches those files that a snapshot lacks. */
export async function fetchAll(
  context: RequestContext,
  cache: ModelCache,
  files: readonly HubFile[],
  onProgress?: (progress: DownloadProgress) => void,
): Promise<void> {
  const commit = context.revision;
  const missing: HubFile[] = [];
  for (const file of files) if (!(await cache.has(commit, file))) missing.push(file);
  const there = await Promise.all(missing.map((file) => partOf(cache.blob(file))));
  const total = missing.reduce((sum, { size }) => sum + size, 0);
  for (const [index, file] of missing.entries()) {
    const atFile = { ...context, file: file.name };
    try {
      await downloadFile(atFile, file, cache.blob(file), (bytes) => {
        there[index] = bytes;
        const done = there.reduce((sum, size) => sum + size, 0);
        onProgress?.({ stage: "downloading", name: file.name, done, total });
      });
      await cache.link(commit, file);
    } catch (error) {
      if (context.hub.signal?.aborted) throw await stopped(context, cache, missing, index);
      throw requestError(error, atFile, false);
    }
  }
}

/** Says what a download that was stopped has kept, and that the next one goes on there. */
async function stopped(
  { model, hub }: RequestContext,
  cache: ModelCache,
  missing: readonly HubFile[],
  index: number,
): Promise<AutocircuitError> {
  const there = await Promise.all(missing.map((file) => partOf(cache.blob(file))));
  const [done, total] = [there, missing.map(({ size }) => size)].map((sizes) =>
    sizes.reduce((sum, size) => sum + size),
  );
  const kept = `${formatBytes(done!)} of ${formatBytes(total!)} are kept, and the download goes on from there the next time`;
  return new AutocircuitError("aborted", `${model}: ${kept} (${cache.blob(missing[index]!)}.incomplete).`, {
    cause: hub.signal?.reason,
  });
}

/** Bytes of a content that are there from an earlier attempt. */
async function partOf(blob: string): Promise<number> {
  return (await sizeOf(blob)) ?? (await sizeOf(`${blob}.incomplete`)) ?? 0;
}
