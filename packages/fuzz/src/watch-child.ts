import { type ChildProcess, fork } from "node:child_process";
import { closeSync, openSync, readSync } from "node:fs";
import { processUse } from "./process-use.ts";

/** What a case may take. */
export interface Limits {
  /** Processor time, where the system tells it. */
  readonly seconds: number;
  /** Time by the clock: for what waits for nothing, and for systems that do not tell processor time. */
  readonly clockSeconds: number;
  /** Memory of the whole process. */
  readonly bytes: number;
}

/** 2 s and 1 GiB. Waiting may take longer, as the machine may be busy with something else. */
export const usualLimits: Limits = { seconds: 2, clockSeconds: 20, bytes: 2 ** 30 };

/** How a process ended. */
export interface Ending {
  readonly kind: "done" | "hang" | "memory" | "crash";
  /** Cases begun since the counter was last set to 0; 0 where a smaller input for a failure was looked for. */
  readonly begun: number;
  readonly detail: string;
}

/** How often to look, in milliseconds. */
const interval = 100;

/**
 * Runs a module in a process of its own and ends it when one of its cases takes too long or the process takes too much memory.
 *
 * @param argument one text for it
 * @param counter file in which it counts its cases
 */
export async function watchChild(
  module: string,
  argument: string,
  counter: string,
  onMessage: (message: unknown) => void,
  limits: Limits = usualLimits,
): Promise<Ending> {
  const child = fork(module, [argument], { stdio: ["ignore", "ignore", "pipe", "ipc"], serialization: "json" });
  let words = "";
  child.stderr?.on("data", (data: Buffer) => {
    words = (words + data).slice(-2000);
  });
  const file = openSync(counter, "r");
  let ended: Ending | undefined;
  const watch = setInterval(
    watcher(child, file, limits, (ending) => (ended = ending)),
    interval,
  );
  // A message is a sign of life: what is between two chunks is no case.
  child.on("message", onMessage);
  try {
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve([code, signal]));
    });
    if (ended) return ended;
    const { begun } = readCounts(file);
    return { kind: code === 0 ? "done" : "crash", begun, detail: `exit ${code ?? signal}; ${words.trim()}` };
  } finally {
    clearInterval(watch);
    closeSync(file);
  }
}

function watcher(child: ChildProcess, file: number, limits: Limits, end: (ending: Ending) => void): () => void {
  let last = { calls: -1, seconds: 0, clock: performance.now() };
  return () => {
    if (child.pid === undefined) return;
    const { calls, begun } = readCounts(file);
    const use = processUse(child.pid);
    if (calls !== last.calls) last = { calls, seconds: use?.seconds ?? 0, clock: performance.now() };
    const stop = (kind: "hang" | "memory", detail: string) => {
      end({ kind, begun, detail });
      child.kill("SIGKILL");
    };
    if (use && use.peakMemoryBytes > limits.bytes) stop("memory", `${(use.peakMemoryBytes / 2 ** 20).toFixed(0)} MiB`);
    if (calls === 0) return; // starting, or between two chunks
    const seconds = (use?.seconds ?? 0) - last.seconds;
    if (seconds > limits.seconds) stop("hang", `${seconds.toFixed(1)} s of processor time`);
    const clock = (performance.now() - last.clock) / 1000;
    if (clock > limits.clockSeconds) stop("hang", `${clock.toFixed(1)} s by the clock`);
  };
}

/** Calls begun, and how many cases that is. */
function readCounts(file: number): { calls: number; begun: number } {
  const counts = new BigUint64Array(2);
  readSync(file, new Uint8Array(counts.buffer), 0, 16, 0);
  const [calls, begun] = Array.from(counts, Number) as [number, number];
  return { calls, begun };
}
