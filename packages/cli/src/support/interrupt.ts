/** How long a command may take to stop after SIGINT: what the engine computes at that moment is waited for no longer. */
const GRACE_MS = 800;

let listener: (() => void) | undefined;

/**
 * Stops a command on SIGINT: work ends at the next point where that is safe, or, where none comes in time, the process does. A second
 * SIGINT does not wait. Files are written beside and renamed, so none is left half written either way.
 */
export function stopOnInterrupt(abort: AbortController): void {
  listener = () => {
    if (abort.signal.aborted) process.exit(130);
    abort.abort();
    setTimeout(() => {
      process.stderr.write("autocircuit: stopped in the middle of a step. No file was left half written.\n");
      process.exit(130);
    }, GRACE_MS).unref();
  };
  process.on("SIGINT", listener);
}

/**
 * Does work that may hold up the event loop for long, such as parsing a large file or calling a user's functions. A listener would not
 * be called before the end, so the system's own handling stands meanwhile: SIGINT ends the process at once.
 */
export function synchronously<T>(work: () => T): T {
  if (listener === undefined) return work();
  process.off("SIGINT", listener);
  try {
    return work();
  } finally {
    process.on("SIGINT", listener);
  }
}
