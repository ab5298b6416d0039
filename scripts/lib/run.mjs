import { spawn } from "node:child_process";
import { constants } from "node:os";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");

/**
 * Runs a program in the repository, without standard input.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, show?: "out" | "err" | "none", signal?: AbortSignal }} [options] Where what it prints on
 *   standard output is shown as it comes; with `none`, what it prints on standard error is kept back too. `signal` ends it
 *   and what it started.
 * @returns {Promise<{ code: number, output: string }>} `output`: what it printed on standard output (and on standard
 *   error, with `none`).
 */
export function run(command, args, { env, show = "out", signal } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", show === "none" ? "pipe" : "inherit"],
      // A group of its own, so that what it started ends with it.
      detached: signal !== undefined,
    });
    let output = "";
    const screen = { out: process.stdout, err: process.stderr }[show];
    const keep = (chunk) => {
      screen?.write(chunk);
      output += chunk;
    };
    child.stdout.on("data", keep);
    child.stderr?.on("data", keep);
    const stop = () => child.pid !== undefined && process.kill(-child.pid);
    signal?.addEventListener("abort", stop, { once: true });
    child.on("exit", () => signal?.removeEventListener("abort", stop));
    child.on("error", fail);
    child.on("close", (code) => done({ code: code ?? 1, output }));
  });
}

/** Like {@link run} with this Node. */
export function runNode(args, options) {
  return run(process.execPath, args, options);
}

/**
 * Runs a Node program that owns the terminal: it may draw progress bars there.
 *
 * @param {readonly string[]} args
 * @returns {Promise<number>} Exit code.
 */
export function handOver(args) {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: "inherit" });
    // A terminal sends SIGINT to the child as well; it decides how to stop, and this process waits for it.
    process.on("SIGINT", () => undefined);
    process.on("SIGTERM", () => child.kill("SIGTERM"));
    child.on("error", fail);
    child.on("close", (code, signal) => done(code ?? 128 + constants.signals[signal]));
  });
}
