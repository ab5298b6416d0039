import { randomUUID } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { link, rename, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { cannotWrite, isAlive } from "@autocircuit/base";
import { type Held, heldForm, ofForm } from "./forms.ts";
import type { SweepResults } from "./store.ts";

/** How often a claim says that it is still held, and after what silence it is no longer, in milliseconds. */
const BEAT = 5000;
const SILENCE = 60_000;

/**
 * Claims a unit for this process, so that several coordinators and workers on one folder do not do the same. A claim is advice: were it
 * ever broken by both, the unit is done twice with the same result, and counted once.
 *
 * @returns undefined where another process, alive as far as one can see, has it
 */
export async function claimUnit(results: SweepResults, hash: string): Promise<UnitClaim | undefined> {
  const path = results.path("claims", hash);
  for (let tries = 0; tries < 3; tries++) {
    const claim = taken(path);
    if (claim) return claim;
    if (await isHeld(path)) return undefined;
    await takeAway(path);
  }
  return undefined;
}

/** The claims of this process. */
const own = new Set<string>();

/** Gives up all claims of this process, which ends now. */
export function releaseClaims(): void {
  for (const path of own) rmSync(path, { force: true });
}

/** A unit that this process has claimed. */
export class UnitClaim implements Disposable {
  readonly #path: string;
  readonly #token: string;
  readonly #beat: NodeJS.Timeout;

  constructor(path: string, token: string) {
    this.#path = path;
    this.#token = token;
    own.add(path);
    this.#beat = setInterval(() => {
      const now = new Date();
      utimes(path, now, now).catch(() => undefined);
    }, BEAT).unref();
  }

  /** In one turn too, so that {@link releaseClaims} finds it whole or not at all. */
  [Symbol.dispose](): void {
    clearInterval(this.#beat);
    own.delete(this.#path);
    if (heldNow(this.#path)?.token === this.#token) rmSync(this.#path, { force: true });
  }
}

/** In one turn of the event loop: a process that is told to end in the middle would leave a claim that it does not know of. */
function taken(path: string): UnitClaim | undefined {
  const held: Held = { host: hostname(), pid: process.pid, token: randomUUID() };
  try {
    writeFileSync(path, JSON.stringify(held), { flag: "wx" });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return undefined;
    // Half a claim would stay: with a full disk there is a file without words.
    rmSync(path, { force: true });
    throw cannotWrite(path, cause);
  }
  return new UnitClaim(path, held.token);
}

async function isHeld(path: string): Promise<boolean> {
  const held = heldNow(path);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return false;
  const silent = Date.now() - found.mtimeMs;
  // Just made, and its words still to come; what is damaged is nobody's.
  if (held === undefined) return found.isFile() && found.size === 0 && silent < BEAT;
  if (held.host === hostname() && !isAlive(held.pid)) return false;
  return silent < SILENCE;
}

function heldNow(path: string): Held | undefined {
  try {
    return ofForm(readFileSync(path, "utf8"), heldForm);
  } catch {
    return undefined;
  }
}

/** Takes a stale claim away; of several that try, one has it. One that was given to somebody else in the meantime is put back. */
async function takeAway(path: string): Promise<void> {
  const aside = `${path}.${randomUUID()}.stale`;
  await rename(path, aside).catch(() => undefined);
  if (await isHeld(aside)) await link(aside, path).catch(() => undefined);
  await rm(aside, { recursive: true, force: true });
}
