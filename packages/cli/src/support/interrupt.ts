import { writeSync } from "node:fs";
import { constants } from "node:os";
import { setImmediate as turn } from "node:timers/promises";
import { releaseClaims } from "@autocircuit/base";

/** How long a command may take to stop after a signal: what the engine computes at that moment is waited for no longer. */
const GRACE_MS = 600;

/** What stops a process and its group, as `timeout` does, sends a signal twice at once: so soon after the first it is the same one. */
const SAME_MS = 100;

/** What stops a command: Ctrl-C, and what `kill`, a container's end and job schedulers send. */
const SIGNALS = ["SIGINT", "SIGTERM"] as const;
type Stop = (typeof SIGNALS)[number];

let listener: ((signal: Stop) => void) | undefined;
let last: Stop = "SIGINT";

/**
 * Stops a command on SIGINT or SIGTERM: work ends at the next point where that is safe, or, where none comes in time, the process does. A
 * later signal does not wait. Files are written beside and renamed, so none is left half written either way.
 */
export function stopOnInterrupt(abort: AbortController): void {
  let first = Number.POSITIVE_INFINITY;
  listener = (signal) => {
    last = signal;
    if (abort.signal.aborted) return performance.now() - first < SAME_MS ? undefined : endNow();
    first = performance.now();
    abort.abort();
    setTimeout(endNow, GRACE_MS).unref();
  };
  listen(listener);
}

function listen(heard: NonNullable<typeof listener>): void {
  for (const signal of SIGNALS) process.on(signal, heard);
}

function hearNoMore(): void {
  for (const signal of SIGNALS) process.off(signal, listener!);
}

function endNow(): void {
  releaseClaims();
  writeSync(2, "autocircuit: stopped in the middle of a step. No file was left half written.\n");
  process.exit(endBySignal());
}

/**
 * Ends the process as the signal that came does itself (130 or 143 in a shell): an ordinary exit would wait for what the engine computes,
 * and give back all memory piece by piece.
 *
 * @returns the exit code that says the same, for the first process of a container, which its own signals do not end
 */
export function endBySignal(): number {
  hearNoMore();
  process.kill(process.pid, last);
  return 128 + constants.signals[last];
}

/**
 * Does work that may hold up the event loop for long, such as parsing a large file or calling a user's functions. A listener would not
 * be called before the end, so the system's own handling stands meanwhile: a signal ends the process at once.
 */
export async function synchronously<T>(work: () => T): Promise<T> {
  if (listener === undefined) return work();
  await heard();
  hearNoMore();
  try {
    return work();
  } finally {
    listen(listener);
  }
}

/**
 * Waits until every signal that has come was heard of: what has not been would be lost with the listener. Signals are looked for once in a
 * turn of the event loop, after which callbacks may run for long: a turn from one immediate to the next looks in any case, and a short
 * one has just looked.
 */
async function heard(): Promise<void> {
  await turn();
  for (let i = 0; i < 20; i++) {
    const before = performance.now();
    await turn();
    if (performance.now() - before < 1) return;
  }
}
