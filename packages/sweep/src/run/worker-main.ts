// A worker process: node worker-main.js RESULTS RUNNER. It does the units that its coordinator sends, one at a time.
import { releaseClaims } from "@autocircuit/base";
import { versions } from "@autocircuit/native";
import { SweepResults } from "../results/store.ts";
import { doUnit } from "../unit/do-unit.ts";
import { Subjects } from "../unit/subjects.ts";
import type { WorkerOrder, WorkerReport } from "./messages.ts";

const [folder, runner] = process.argv.slice(2) as [string, string];

function say(report: WorkerReport): void {
  process.send?.(report);
}

/** At once: an ordinary exit waits for what the engine computes. */
function end(): void {
  releaseClaims();
  process.kill(process.pid, "SIGKILL");
}

// The coordinator says when to end; Ctrl-C reaches both.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", end);
process.on("disconnect", end);

function stop(error: unknown): void {
  const { message, code, cause } = error as { message: string; code?: unknown; cause?: unknown };
  const system = systemCode(cause);
  say({ type: "stop", message, code: typeof code === "string" ? code : undefined, system });
}

/** The system's word for what went wrong, such as ENOSPC, from wherever it lies. */
function systemCode(error: unknown): string | undefined {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  if (typeof code === "string" && /^E[A-Z]+$/.test(code)) return code;
  return cause === undefined ? undefined : systemCode(cause);
}

try {
  // Loads the engine, so that a unit's time is its own.
  versions();
  const results = await SweepResults.open(folder);
  const subjects = new Subjects(results.digests);
  process.on("message", ({ unit }: WorkerOrder) => {
    doUnit(unit, { results, subjects, runner }).then((outcome) => say({ type: "outcome", outcome }), stop);
  });
  say({ type: "ready" });
} catch (error) {
  stop(error);
}
