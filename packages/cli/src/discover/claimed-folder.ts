import { existsSync, readdirSync, rmdirSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type Claim, claimHolder, claimNow, makeFolder } from "@autocircuit/base";
import { UsageError } from "../support/usage-error.ts";

/** Beside the files of a discovery while it runs. */
const CLAIM = "discover.claim";

/**
 * The folder of a discovery while one process has it: two that write the same `search.json` and scores would each take what the other left.
 * What a process that is no more has left is taken over. Folders that were made for it and stay empty are removed again.
 */
export class ClaimedFolder implements Disposable {
  /** Whether a discovery that is no more had it, and left nothing else: it was ended before it had anything to save. */
  readonly abandoned: boolean;
  readonly #claim: Claim;
  readonly #made: readonly string[];

  /** @throws UsageError naming the process that has it; AutocircuitError `bad-file` where the folder cannot be written to */
  constructor(out: string) {
    this.#made = missingFolders(out);
    makeFolder(out);
    const path = join(out, CLAIM);
    const claimedBefore = existsSync(path);
    const claim = claimNow(path);
    if (claim === undefined) throw inUse(out, path);
    this.#claim = claim;
    // Beside a claim there may be the right to take it away.
    this.abandoned = claimedBefore && readdirSync(out).every((name) => name.startsWith(CLAIM));
  }

  [Symbol.dispose](): void {
    this.#claim[Symbol.dispose]();
    try {
      for (const folder of this.#made) rmdirSync(folder);
    } catch {
      // Something lies there by now.
    }
  }
}

/** The folder and those above it that are not there, innermost first. */
function missingFolders(out: string): string[] {
  const missing: string[] = [];
  for (let at = resolve(out); !existsSync(at) && dirname(at) !== at; at = dirname(at)) missing.push(at);
  return missing;
}

function inUse(out: string, path: string): UsageError {
  const holder = claimHolder(path);
  if (holder === undefined)
    return new UsageError(`Another process writes into ${out} (see ${path}). Wait for it, or give another --out.`);
  const { pid, host } = holder;
  const [where, stop] = host === hostname() ? ["", `stop it (kill -INT ${pid})`] : [` on ${host}`, "stop it there"];
  return new UsageError(
    `Process ${pid}${where} is already at work in ${out}. Wait for it, ${stop}, or give another --out; --resume goes on with what it leaves.`,
  );
}
