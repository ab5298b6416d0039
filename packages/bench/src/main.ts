#!/usr/bin/env node
import { constants } from "node:os";
import { runProgram } from "./program.ts";

const abort = new AbortController();
let stoppedBy: "SIGINT" | "SIGTERM" = "SIGINT";
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    stoppedBy = signal;
    abort.abort();
  });

try {
  // A command whose numbers do not agree has set the exit code itself.
  const code = await runProgram(process.argv.slice(2), abort.signal);
  if (code !== 0) process.exitCode = code;
} catch (error) {
  if (!abort.signal.aborted) throw error;
  console.error("bench: stopped.");
  process.exitCode = 128 + constants.signals[stoppedBy];
}
