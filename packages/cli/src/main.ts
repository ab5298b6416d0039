#!/usr/bin/env node
import { runProgram } from "./program.ts";

const abort = new AbortController();
process.on("SIGINT", () => {
  // Work stops at the next point where that is safe; a second SIGINT does not wait for it.
  if (abort.signal.aborted) process.exit(130);
  abort.abort();
});
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // Whoever read the output has seen enough, as `| head` does. Files are still to be written.
  if (error.code !== "EPIPE") throw error;
});
process.exitCode = await runProgram(process.argv.slice(2), abort.signal);
