import type { BigIntStats } from "node:fs";
import type { GgufHeader } from "./header.ts";

/** A header is kept for so many milliseconds: as long as a model takes to load. */
const KEPT = 2000;
/** A file that changed so many milliseconds before it was read may change again within one tick of the clock that its times are told by. */
const SETTLED = 1000;

let recent: { readonly path: string; readonly stamp: string; readonly header: GgufHeader } | undefined;
let forgetting: NodeJS.Timeout | undefined;

/**
 * The header of a file, read where the last one that was read is not that of this file as it is now: a model that is loaded has its file opened for
 * its configuration, tokenizer, weights and fingerprint, and a vocabulary of many texts takes longer to read than all else.
 *
 * @param stat of the open file
 */
export async function recentHeader(
  path: string,
  stat: BigIntStats,
  read: () => Promise<GgufHeader>,
): Promise<GgufHeader> {
  const { dev, ino, size, mtimeNs, ctimeNs, ctimeMs } = stat;
  const stamp = [dev, ino, size, mtimeNs, ctimeNs].join(" ");
  const settled = Date.now() - Number(ctimeMs) > SETTLED;
  const kept = settled && recent?.path === path && recent.stamp === stamp ? recent.header : undefined;
  const header = kept ?? (await read());
  if (!settled) return header;
  recent = { path, stamp, header };
  clearTimeout(forgetting);
  forgetting = setTimeout(() => {
    recent = undefined;
  }, KEPT).unref();
  return header;
}
