import { spawn } from "node:child_process";

/**
 * Runs this program again with `args` in a process of its own and reads the last line that it prints.
 *
 * @param entry the program's file (`process.argv[1]`)
 * @throws Error with the child's output when it fails
 */
export function childLine(entry: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, entry, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      ...(signal ? { signal } : {}),
    });
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk) => (out += chunk));
    child.stderr.on("data", (chunk) => (err += chunk));
    child.once("error", reject);
    child.once("close", (code) => {
      const line = out.trim().split("\n").at(-1);
      if (code === 0 && line) resolve(line);
      else reject(new Error(`A measuring process failed (exit code ${code}): ${args.join(" ")}\n${err || out}`));
    });
  });
}
