import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** How a program ended. */
export interface RunResult {
  /** Exit code; `null` when the program could not be started or was stopped by a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** True when there is no such program on the PATH. */
  readonly missing: boolean;
  /** True when it was stopped because `timeoutMs` had passed. */
  readonly timedOut: boolean;
}

/** What {@link run} may be told. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Called with every line of either output as it comes. */
  readonly onLine?: (line: string) => void;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a program without a shell and without standard input, and collects what it prints.
 *
 * A non-zero exit is a result, not an exception: the callers know what it means and what to say.
 */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
      signal: options.signal,
      windowsHide: true,
    });
    let timedOut = false;
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            child.kill("SIGKILL");
          }, options.timeoutMs);
    const stdout = collect(child.stdout, options.onLine);
    const stderr = collect(child.stderr, options.onLine);
    let missing = false;
    let failure = "";
    child.on("error", (error: NodeJS.ErrnoException) => {
      missing = error.code === "ENOENT" || error.code === "EACCES";
      failure = error.message;
      // A program that never started closes no streams of its own.
      if (child.pid === undefined) finish(null);
    });
    child.on("close", (code) => finish(code));

    function finish(code: number | null): void {
      clearTimeout(timer);
      resolve({ code, stdout: stdout.join("\n"), stderr: [...stderr, failure].join("\n").trim(), missing, timedOut });
    }
  });
}

function collect(stream: Readable, onLine: ((line: string) => void) | undefined): string[] {
  const lines: string[] = [];
  createInterface({ input: stream }).on("line", (line) => {
    lines.push(line);
    onLine?.(line);
  });
  return lines;
}
