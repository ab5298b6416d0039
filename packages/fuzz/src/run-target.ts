import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ChunkDone, Task } from "./messages.ts";
import { addOutcomes, type Outcomes } from "./outcome.ts";
import { chunkCases, type Failure, inputAt } from "./run-chunk.ts";
import type { Target } from "./target.ts";
import { watchChild } from "./watch-child.ts";

/** What came of one target. */
export interface TargetResult {
  readonly target: string;
  readonly outcomes: Outcomes;
  readonly failures: readonly Failure[];
  readonly seconds: number;
  readonly peakBytes: number;
}

/** Failures after which a target is given up. */
const mostFailures = 20;
/** Chunks that one process runs, so that memory which is never given back is not taken for one case's. */
const chunksAProcess = 400;

/** Runs the cases of a target in processes that are ended when a case takes too long. */
export async function runTarget(target: Target, seed: number, cases: number): Promise<TargetResult> {
  const folder = mkdtempSync(join(tmpdir(), "autocircuit-fuzz-"));
  const counter = join(folder, "counter");
  const module = fileURLToPath(new URL("child.js", import.meta.url));
  const start = performance.now();
  const outcomes: Outcomes = {};
  const failures: Failure[] = [];
  let peakBytes = 0;
  try {
    for (let from = 0; from * chunkCases < cases && failures.length < mostFailures; ) {
      writeFileSync(counter, new Uint8Array(8));
      const until = Math.min(cases, (from + chunksAProcess) * chunkCases);
      const task: Task = { target: target.name, seed, cases: until, from, counter };
      const { kind, begun, detail } = await watchChild(module, JSON.stringify(task), counter, (message) => {
        const done = message as ChunkDone;
        addOutcomes(outcomes, done.outcomes);
        if (done.failure) failures.push(done.failure);
        peakBytes = Math.max(peakBytes, done.peakBytes);
        from = done.chunk + 1;
      });
      if (kind === "done") continue;
      addOutcomes(outcomes, { [kind]: 1 });
      const input = begun > 0 ? inputAt(target, seed + from, begun - 1) : "before the first case";
      failures.push({ target: target.name, kind, seed: seed + from, cases: begun, input, message: detail });
      from++;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { target: target.name, outcomes, failures, seconds: (performance.now() - start) / 1000, peakBytes };
}
