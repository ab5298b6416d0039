import { writeSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";

/** How long a command may take to stop after SIGINT: what the engine computes at that moment is waited for no longer. */
const GRACE_MS = 600;

let listener: (() => void) | undefined;

/**
 * Stops a command on SIGINT: work ends at the next point where that is safe, or, where none comes in time, the process does. A second
 * SIGINT does not wait. Files are written beside and renamed, so none is left half written either way.
 */
export function stopOnInterrupt(abort: AbortController): void {
  listener = () => {
    if (abort.signal.aborted) return endNow();
    abort.abort();
    setTimeout(endNow, GRACE_MS).unref();
  };
  process.on("SIGINT", listener);
}

function endNow(): void {
  writeSync(2, "autocircuit: stopped in the middle of a step. No file was left half written.\n");
  endBySignal();
}

/**
 * Ends the process as SIGINT itself does (130 in a shell): an ordinary exit would wait for what the engine computes, and give back all
 * memory piece by piece.
 */
export function endBySignal(): void {
  process.off("SIGINT", listener!);
  process.kill(process.pid, "SIGINT");
}

/**
 * Does work that may hold up the event loop for long, such as parsing a large file or calling a user's functions. A listener would not
 * be called before the end, so the system's own handling stands meanwhile: SIGINT ends the process at once.
 */
export async function synchronously<T>(work: () => T): Promise<T> {
  if (listener === undefined) return work();
  await heard();
  process.off("SIGINT", listener);
  try {
    return work();
  } finally {
    process.on("SIGINT", listener);
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
