import { mkdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AutocircuitError, isAlive } from "@autocircuit/base";

const BEAT_MS = 5_000;
const STALE_MS = 60_000;
const POLL_MS = 100;

/** What {@link withLock} may be told. */
export interface LockOptions {
  /** Called once when another process holds the lock. */
  readonly onWait?: (owner: string) => void;
  /** How long to wait for another process; 30 minutes by default. */
  readonly timeoutMs?: number;
}

/**
 * Runs `work` while holding a lock that is a folder: making one either succeeds or fails, on every file system.
 *
 * The owner touches the folder every few seconds. A lock whose process is gone, or that was not touched for a minute
 * (another machine, on a shared home), is taken over.
 *
 * @throws AutocircuitError when the lock is still held after `timeoutMs`.
 */
export async function withLock<T>(path: string, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const deadline = Date.now() + (options.timeoutMs ?? 30 * 60_000);
  let told = false;
  while (!(await take(path))) {
    const owner = await ownerOf(path);
    if (await isAbandoned(path, owner)) {
      await removeAbandoned(path);
      continue;
    }
    if (!told) options.onWait?.(owner ? `process ${owner.pid} on ${owner.host}` : "another process");
    told = true;
    if (Date.now() > deadline) {
      throw new AutocircuitError(
        "libtorch",
        `Waited too long for ${owner ? `process ${owner.pid} on ${owner.host}` : "another process"}, which holds ${path}. ` +
          "If nothing is being installed or built, delete that folder and try again.",
      );
    }
    await sleep(POLL_MS);
  }
  const beat = setInterval(() => void touch(path), BEAT_MS);
  beat.unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await rm(path, { recursive: true, force: true });
  }
}

interface Owner {
  readonly pid: number;
  readonly host: string;
}

async function take(path: string): Promise<boolean> {
  try {
    await mkdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
  await writeFile(join(path, "owner.json"), JSON.stringify({ pid: process.pid, host: hostname() } satisfies Owner));
  return true;
}

async function ownerOf(path: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(join(path, "owner.json"), "utf8"));
  } catch {
    return undefined;
  }
}

async function isAbandoned(path: string, owner: Owner | undefined): Promise<boolean> {
  if (owner?.host === hostname() && !isAlive(owner.pid)) return true;
  const age = await ageOf(path);
  return age !== undefined && age > STALE_MS;
}

/**
 * Several waiters may see the same dead owner. Only the one that makes the second folder removes the lock, and it looks
 * again first, so that nobody removes a lock that was taken in the meantime.
 */
async function removeAbandoned(path: string): Promise<void> {
  const guard = `${path}.takeover`;
  try {
    await mkdir(guard);
  } catch {
    const age = await ageOf(guard);
    if (age !== undefined && age > STALE_MS) await rm(guard, { recursive: true, force: true });
    await sleep(POLL_MS);
    return;
  }
  try {
    if (await isAbandoned(path, await ownerOf(path))) await rm(path, { recursive: true, force: true });
  } finally {
    await rm(guard, { recursive: true, force: true });
  }
}

async function ageOf(path: string): Promise<number | undefined> {
  try {
    return Date.now() - (await stat(path)).mtimeMs;
  } catch {
    return undefined;
  }
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
}
