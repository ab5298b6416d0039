import { createHash } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rename, rm, utimes } from "node:fs/promises";
import { basename, join } from "node:path";
import type { BuildTarget } from "./build-targets.ts";
import { userFolder } from "./cache.ts";
import { type Stamp, stampOf, writeStamp } from "./stamp.ts";

/** Finished builds that are kept, a few MB each. */
export const MOST_KEPT = 24;

/** A finished build of the user's, which all clones share. */
export interface StoredBuild {
  readonly file: string;
  readonly stamp: Stamp;
}

/** The folder of a user's finished builds: one folder each, named for what it was made from. */
export function addonStore(env: NodeJS.ProcessEnv = process.env): string {
  return join(userFolder(env), "addons");
}

/** The build that was made from the same sources, LibTorch and compiler. */
export async function findStored(
  target: BuildTarget,
  wanted: Stamp,
  output: string,
  env: NodeJS.ProcessEnv,
): Promise<StoredBuild | undefined> {
  const folder = join(addonStore(env), nameOf(target, wanted));
  const file = join(folder, basename(output));
  const stamp = stampOf(join(folder, "stamp.json"));
  if (!stamp || !existsSync(file)) return undefined;
  const now = new Date();
  await utimes(folder, now, now).catch(() => undefined);
  return { file, stamp };
}

/** Keeps a finished build. It is copied beside its place and renamed, so that nobody finds half of it. */
export async function storeBuild(
  target: BuildTarget,
  stamp: Stamp,
  output: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const store = addonStore(env);
  const folder = join(store, nameOf(target, stamp));
  await mkdir(store, { recursive: true });
  const unfinished = await mkdtemp(join(store, ".unfinished-"));
  try {
    await copyFile(output, join(unfinished, basename(output)));
    await writeStamp(join(unfinished, "stamp.json"), stamp);
    await rm(folder, { recursive: true, force: true });
    await rename(unfinished, folder);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  await removeOldest(store);
}

function nameOf(target: BuildTarget, { sources, libtorch, platform, napi, compiler }: Stamp): string {
  const { path, build, variant } = libtorch;
  const facts = JSON.stringify([sources, path, build, variant, platform, napi, compiler]);
  return `${target}-${createHash("sha256").update(facts).digest("hex").slice(0, 24)}`;
}

/** What was used longest ago goes, and what killed processes left behind. */
async function removeOldest(store: string): Promise<void> {
  const all = readdirSync(store, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, used: statSync(join(store, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.used - a.used);
  const hourAgo = Date.now() - 3_600_000;
  const leftovers = all.filter(({ name, used }) => name.startsWith(".") && used < hourAgo);
  const old = all.filter(({ name }) => !name.startsWith(".")).slice(MOST_KEPT);
  for (const { name } of [...leftovers, ...old]) await rm(join(store, name), { recursive: true, force: true });
}
