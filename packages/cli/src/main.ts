#!/usr/bin/env node
import { runProgram } from "./program.ts";
import { EXIT } from "./support/exit-codes.ts";
import { endBySignal, stopOnInterrupt } from "./support/interrupt.ts";

const abort = new AbortController();
stopOnInterrupt(abort);
// Files are still to be written where the output cannot be.
let lost: NodeJS.ErrnoException | undefined;
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // Whoever read the output has seen enough, as `| head` does.
  if (error.code !== "EPIPE") lost ??= error;
});
// There is nobody left to tell.
process.stderr.on("error", () => undefined);
const done = await runProgram(process.argv.slice(2), abort.signal);
const code = done === EXIT.interrupted ? endBySignal() : done;
// What is wrong with the last words is heard of once they are through.
await new Promise<void>((through) => process.stdout.write("", () => through()));
if (lost)
  process.stderr.write(`autocircuit: standard output cannot be written: ${lost.message}. It is not complete.\n`);
process.exitCode = code === EXIT.ok && lost ? EXIT.failure : code;
