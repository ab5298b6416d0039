#!/usr/bin/env node
import { runProgram } from "./program.ts";
import { EXIT } from "./support/exit-codes.ts";
import { endBySignal, stopOnInterrupt } from "./support/interrupt.ts";

const abort = new AbortController();
stopOnInterrupt(abort);
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // Whoever read the output has seen enough, as `| head` does. Files are still to be written.
  if (error.code !== "EPIPE") throw error;
});
process.exitCode = await runProgram(process.argv.slice(2), abort.signal);
if (process.exitCode === EXIT.interrupted) endBySignal();
