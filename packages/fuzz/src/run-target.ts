import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ChunkDone, Task } from "./messages.ts";
import { addOutcomes, type Outcomes } from "./outcome.ts";
import { chunkCases, type Failure, inputAt } from "./run-chunk.ts";
import { findTarget } from "./targets/index.ts";
import { watchChild } from "./watch-child.ts";

/** What came of one target. */
export interface TargetResult {
  readonly target: string;
  readonly outcomes: Outcomes;
  readonly failures: readonly Failure[];
  /** Processor time, starting included. */
  readonly seconds: number;
  readonly peakMemoryBytes: number;
}

/** Failures after which a target is given up. */
const mostFailures = 20;
/** Chunks that one process runs, so that memory which is never given back is not taken for one case's. */
const chunksAProcess = 400;

/** Runs the cases of a target in processes that are ended when a case takes too long. */
export async function runTarget(target: string, seed: number, cases: number): Promise<TargetResult> {
  const folder = mkdtempSync(join(tmpdir(), "autocircuit-fuzz-"));
  const counter = join(folder, "counter");
  const module = fileURLToPath(new URL("child.js", import.meta.url));
  const outcomes: Outcomes = {};
  const failures: Failure[] = [];
  let peakMemoryBytes = 0;
  let seconds = 0;
  try {
    for (let from = 0; from * chunkCases < cases && failures.length < mostFailures; ) {
      writeFileSync(counter, new Uint8Array(16));
      const until = Math.min(cases, (from + chunksAProcess) * chunkCases);
      const task: Task = { target, seed, cases: until, from, counter };
      let used = 0;
      const { kind, begun, detail } = await watchChild(module, JSON.stringify(task), counter, (message) => {
        const done = message as ChunkDone;
        addOutcomes(outcomes, done.outcomes);
        if (done.failure) failures.push(done.failure);
        used = done.processorSeconds;
        peakMemoryBytes = Math.max(peakMemoryBytes, done.peakMemoryBytes);
        from = done.chunk + 1;
      });
      seconds += used;
      if (kind === "done") continue;
      addOutcomes(outcomes, { [kind]: 1 });
      const input = begun > 0 ? inputAt(await findTarget(target), seed + from, begun - 1) : "before the first case";
      failures.push({ target, kind, seed: seed + from, cases: begun, input, message: detail });
      from++;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { target, outcomes, failures, seconds, peakMemoryBytes };
}
