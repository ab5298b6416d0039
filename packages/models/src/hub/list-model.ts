import { badFile } from "@autocircuit/base";
import type { Checksum } from "./checksum.ts";
import type { RequestContext } from "./hub-errors.ts";
import { type Attempt, withRetries } from "./with-retries.ts";

/** A file of a model on the hub. */
export interface HubFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly checksum: Checksum;
}

/** Files of a model's repository at one commit: those at its top, or all below a folder. */
export interface HubListing {
  /** 40 hexadecimal digits. */
  readonly commit: string;
  readonly files: ReadonlyMap<string, HubFile>;
}

/**
 * Asks the hub which commit a revision is, and which files it has.
 *
 * @param retries see {@link withRetries}
 * @param below lists everything below this folder of the repository (`""`: all of it) instead of the files at its top
 * @throws AutocircuitError `not-found` for a model or revision that is not there or not open to the user
 */
export async function listModel(context: RequestContext, retries: number, below?: string): Promise<HubListing> {
  const { listFiles, modelInfo } = await import("@huggingface/hub");
  const { hub, model, revision } = context;
  return await withRetries(
    context,
    async (attempt) => {
      const request = { hubUrl: hub.endpoint, fetch: hubFetch(context, attempt) };
      const { sha } = await modelInfo({ ...request, name: model, revision, additionalFields: ["sha"] });
      if (!/^[0-9a-f]{40}$/.test(sha))
        throw badFile(hub.endpoint, `gave ${JSON.stringify(sha)} as the commit of ${model}.`);
      const files = new Map<string, HubFile>();
      for await (const { type, path, size, oid, lfs } of listFiles({
        ...request,
        repo: { type: "model", name: model },
        revision: sha,
        ...(below !== undefined && { recursive: true, ...(below !== "" && { path: below }) }),
      })) {
        if (type !== "file") continue;
        const checksum = lfs ? ({ kind: "sha256", hex: lfs.oid } as const) : ({ kind: "git", hex: oid ?? "" } as const);
        files.set(path, { name: path, size: lfs?.size ?? size, checksum });
      }
      return { commit: sha, files };
    },
    retries,
  );
}

/** The library's `fetch`: with our headers and our signal. The library would refuse tokens of mirrors, which need not start with `hf_`. */
function hubFetch({ hub }: RequestContext, { signal, alive }: Attempt): typeof fetch {
  return async (input, init) => {
    const url = String(input);
    const headers = { ...(init?.headers as Record<string, string> | undefined), ...hub.headers(url) };
    const response = await fetch(url, { ...init, headers, signal });
    if (response.ok) alive();
    return response;
  };
}
