import { availableParallelism } from "node:os";
import { AutocircuitError } from "@autocircuit/base";
import { run } from "./run.ts";

/** Memory that one compiler needs for a file that includes LibTorch's headers. */
const BYTES_PER_JOB = 1.5 * 1024 ** 3;

/** Compilers at once: one per processor, fewer where memory is short. */
export function defaultJobs(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(process.availableMemory() / BYTES_PER_JOB)));
}

/** What a step of a build may be told. */
export interface StepOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly onLine?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs one program of a build.
 *
 * @param what in an error, after "Could not"
 * @throws AutocircuitError "addon" with the compiler's errors when it fails; the signal's reason when it was stopped
 */
export async function runStep(
  what: string,
  command: string,
  args: readonly string[],
  { cwd, env, onLine, signal }: StepOptions,
): Promise<void> {
  const result = await run(command, args, { cwd, signal, ...(env && { env }), ...(onLine && { onLine }) });
  signal?.throwIfAborted();
  if (result.code === 0) return;
  const lines = errorLines(`${result.stdout}\n${result.stderr}`);
  throw new AutocircuitError("addon", `Could not ${what}. The last lines were:\n${lines}`);
}

/** From the first line that looks like an error, 30 lines; else the last 30. */
function errorLines(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const first = lines.findIndex((line) =>
    /(^|\W)(fatal )?error(:| [A-Z]+\d+)|CMake Error|FAILED:|nvcc fatal/.test(line),
  );
  return (first < 0 ? lines.slice(-30) : lines.slice(first, first + 30)).map((line) => `  ${line}`).join("\n");
}
