import { randomBytes } from "node:crypto";
import { closeSync, fstatSync, openSync, readFileSync, rmSync, utimes, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { cannotWrite } from "../files/cannot-write.ts";
import { isAlive } from "../is-alive.ts";
import { count, type Kind, shape, such, text } from "../options/kinds.ts";

/** How often a claim says that it is still held, and after what silence it is no longer, in milliseconds. */
const BEAT = 5000;
const SILENCE = 60_000;

/** The process that has a claim. */
export interface ClaimHolder {
  readonly host: string;
  readonly pid: number;
}

/** What the file of a claim says. */
interface Holder extends ClaimHolder {
  /** No two claims have the same. */
  readonly token: string;
}

const holderForm: Kind = shape("who holds a claim", {
  ...{ host: text, pid: count },
  // It becomes part of a file's name.
  token: such("a token", (value) => typeof value === "string" && /^[0-9a-z]{1,40}$/.test(value)),
});

/** What is at the place of a claim. */
interface Standing {
  /** Tells it from whatever else may be there at another time. */
  readonly identity: string;
  /** Whether its process is alive, as far as one can see. */
  readonly held: boolean;
  readonly token: string | undefined;
  readonly holder?: ClaimHolder;
}

/**
 * Claims something for this process, so that several that share a folder do not do the same at once. A claim is a file that only one can make. It
 * lapses with its process, or with a minute of its silence; then another takes it away, and that is claimed first: while it looks and takes, nobody
 * else does, so it never takes what was claimed in the meantime.
 *
 * @param path of the claim's file; its folder is there
 * @returns undefined where another process, alive as far as one can see, has it
 * @throws AutocircuitError `bad-file` where it cannot be written
 * @example
 * using claim = claimNow("table.json.claim");
 * console.log(claim === undefined ? "another process writes it" : "mine");
 */
export function claimNow(path: string): Claim | undefined {
  for (let tries = 0; tries < 3; tries++) {
    const claim = made(path);
    if (claim) return claim;
    const there = standing(path);
    if (there?.held) return undefined;
    if (there) takeAway(path, there.identity);
  }
  return undefined;
}

/**
 * Whose a claim is that {@link claimNow} could not have, for who is to be told.
 *
 * @returns undefined where nobody has it (any more), or it does not say
 * @example
 * const holder = claimHolder("table.json.claim");
 * console.log(holder === undefined ? "free" : `process ${holder.pid} on ${holder.host}`);
 */
export function claimHolder(path: string): ClaimHolder | undefined {
  const there = standing(path);
  return there?.held ? there.holder : undefined;
}

/** The claims of this process. */
const own = new Set<Claim>();

/** Gives up all claims of this process, which ends now. */
export function releaseClaims(): void {
  for (const claim of [...own]) claim[Symbol.dispose]();
}

/** Something that this process has claimed; disposed, it is another's to claim. */
export class Claim implements Disposable {
  readonly #path: string;
  readonly #token: string;
  readonly #beat: NodeJS.Timeout;
  #heard = Date.now();
  /** Until when somebody may be taking it away, because it was silent. */
  #unsureUntil = 0;

  constructor(path: string, token: string) {
    this.#path = path;
    this.#token = token;
    own.add(this);
    this.#beat = setInterval(() => {
      this.#hear();
      const now = new Date();
      utimes(path, now, now, () => undefined);
    }, BEAT).unref();
  }

  #hear(): void {
    const now = Date.now();
    if (now - this.#heard > SILENCE / 2) this.#unsureUntil = now + SILENCE / 2;
    this.#heard = now;
  }

  /**
   * In one turn of the event loop, so that {@link releaseClaims} finds it whole or not at all. The file of one that was silent goes as what is stale
   * does, with the right to take it away: another may be about to, or have claimed it by now.
   */
  [Symbol.dispose](): void {
    clearInterval(this.#beat);
    own.delete(this);
    this.#hear();
    if (Date.now() < this.#unsureUntil) takeAway(this.#path, this.#token);
    else if (standing(this.#path)?.token === this.#token) rmSync(this.#path, { force: true });
  }
}

/** In one turn too: a process that is told to end in the middle would leave a claim that it does not know of. */
function made(path: string): Claim | undefined {
  const holder: Holder = { host: hostname(), pid: process.pid, token: randomBytes(8).toString("hex") };
  try {
    writeFileSync(path, JSON.stringify(holder), { flag: "wx" });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return undefined;
    // Half a claim would stay: with a full disk there is a file without words.
    rmSync(path, { force: true });
    throw cannotWrite(path, cause);
  }
  // A process that was stopped before it wrote its words may have lost the file.
  return standing(path)?.token === holder.token ? new Claim(path, holder.token) : undefined;
}

/** Takes away what is stale, unless something else is there by now. One process at a time has the right to. */
function takeAway(path: string, identity: string): void {
  using right = claimNow(`${path}.${identity}.stale`);
  if (right && standing(path)?.identity === identity) rmSync(path, { recursive: true, force: true });
}

/** Undefined where nothing is. What is there is looked at through one descriptor, since another may come to its place. */
function standing(path: string): Standing | undefined {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    // What cannot be looked at is somebody's.
    return { identity: "", held: true, token: undefined };
  }
  try {
    const { ino, mtimeMs, size } = fstatSync(file);
    const silent = Date.now() - mtimeMs;
    const holder = holderIn(file);
    // Just made, and its words still to come; what is damaged is nobody's.
    if (holder === undefined)
      return { identity: `${ino}-${Math.round(mtimeMs)}`, held: size === 0 && silent < BEAT, token: undefined };
    const { host, pid, token } = holder;
    return {
      identity: token,
      held: silent < SILENCE && !(host === hostname() && !isAlive(pid)),
      token,
      holder: { host, pid },
    };
  } finally {
    closeSync(file);
  }
}

/** Undefined for what is of another form, or a folder. */
function holderIn(file: number): Holder | undefined {
  try {
    const json: unknown = JSON.parse(readFileSync(file, "utf8"));
    return holderForm.accepts(json) ? (json as Holder) : undefined;
  } catch {
    return undefined;
  }
}
