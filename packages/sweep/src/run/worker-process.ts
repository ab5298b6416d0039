import { type ChildProcess, fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { SweepUnit } from "../plan/unit.ts";
import type { WorkerOrder, WorkerReport } from "./messages.ts";

/** How a worker process ended. */
export interface WorkerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last words on its standard error. */
  readonly words: string;
}

/** What a coordinator hears from a worker process. */
export interface WorkerListener {
  readonly onReport: (report: WorkerReport) => void;
  readonly onEnd: (end: WorkerEnd) => void;
}

/** A process that does units; see `worker-main.ts`. */
export class WorkerProcess {
  /** The unit in hand. */
  unit: SweepUnit | undefined;
  /** When it was given, on the clock of `performance.now()`. */
  since = 0;
  ready = false;
  readonly #child: ChildProcess;

  constructor(folder: string, threads: number, runner: string, { onReport, onEnd }: WorkerListener) {
    const env = { ...process.env, OMP_NUM_THREADS: String(threads), MKL_NUM_THREADS: String(threads) };
    this.#child = fork(builtFile(), [folder, runner], {
      env,
      execArgv: [],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    let words = "";
    this.#child.stderr!.on("data", (data: Buffer) => {
      words = (words + data).slice(-2000);
    });
    this.#child.on("message", (report) => onReport(report as WorkerReport));
    // A worker that died takes no order; that it did is heard of by its end.
    this.#child.on("error", () => undefined);
    this.#child.once("close", (code, signal) => onEnd({ code, signal, words: words.trim() }));
  }

  give(unit: SweepUnit): void {
    this.unit = unit;
    this.since = performance.now();
    this.#child.send({ unit } satisfies WorkerOrder, () => undefined);
  }

  /** Memory that is resident now, in bytes; 0 where the system does not say (it is Linux's /proc). */
  memory(): number {
    try {
      return (
        Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${this.#child.pid}/status`, "utf8"))?.[1] ?? 0) * 1024
      );
    } catch {
      return 0;
    }
  }

  /** Ends it: softly, so that it gives up its claim, or at once. */
  kill(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): void {
    this.#child.kill(signal);
  }
}

/** The worker's program as built: in the sources, too, since Node runs no TypeScript everywhere. */
function builtFile(): string {
  const file = fileURLToPath(new URL("./worker-main.js", import.meta.url));
  return file.replace(/([\\/])src([\\/]run[\\/])/, "$1dist$2");
}

/** How a process ended, in words. */
export function endText({ code, signal }: WorkerEnd): string {
  return signal ? `the signal ${signal}` : `the exit code ${code}`;
}
