const SIGNALS = ["SIGINT", "SIGTERM"];

/**
 * Does work that puts things in order when SIGINT or SIGTERM comes. Then the process ends as that signal ends it (130 or 143 in a shell).
 *
 * @param {(signal: AbortSignal) => Promise<void>} work
 */
export async function untilStopped(work) {
  const abort = new AbortController();
  let heard;
  const listener = (signal) => {
    heard ??= signal;
    abort.abort();
  };
  for (const signal of SIGNALS) process.on(signal, listener);
  try {
    await work(abort.signal);
  } finally {
    for (const signal of SIGNALS) process.off(signal, listener);
    if (heard !== undefined) process.kill(process.pid, heard);
  }
}
