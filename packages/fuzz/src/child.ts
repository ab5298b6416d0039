// Runs the cases of one target and tells its parent after each chunk; it may be ended at any time.
import { openSync, writeSync } from "node:fs";
import type { ChunkDone, Task } from "./messages.ts";
import { chunkCases, runChunk } from "./run-chunk.ts";
import { findTarget } from "./targets/index.ts";

const task = JSON.parse(process.argv[2]!) as Task;
const target = await findTarget(task.target);

const counter = openSync(task.counter, "r+");
const begun = new BigUint64Array(2);
const bytes = new Uint8Array(begun.buffer);
const onCase = (shrinking: boolean) => {
  begun[0]! += 1n;
  if (!shrinking) begun[1]! += 1n;
  writeSync(counter, bytes, 0, 16, 0);
};

for (let chunk = task.from; chunk * chunkCases < task.cases; chunk++) {
  begun.fill(0n);
  writeSync(counter, bytes, 0, 16, 0);
  const cases = Math.min(chunkCases, task.cases - chunk * chunkCases);
  const result = await runChunk(target, task.seed + chunk, cases, onCase);
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const processorSeconds = (userCPUTime + systemCPUTime) / 1e6;
  const done: ChunkDone = { ...result, chunk, processorSeconds, peakMemoryBytes: maxRSS * 1024 };
  await new Promise((resolve) => process.send!(done, resolve));
}
process.exit(0);
