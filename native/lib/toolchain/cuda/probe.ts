import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "@autocircuit/base";
import { run } from "../run.ts";
import type { Gpu } from "./gpus.ts";
import type { BuiltCudaLibrary } from "./library.ts";

/** Whether a library of kernels gave the CPU's numbers on this machine's GPUs. */
export interface ProbeVerdict {
  readonly passed: boolean;
  /** Why not. */
  readonly reason?: string;
  /** What it was found for: the library's stamp, the addon's sources, the driver, the GPUs. Anything else asks again. */
  readonly key: string;
}

/** What {@link probe} needs. */
export interface ProbeRequest {
  readonly library: BuiltCudaLibrary;
  /** LibTorch's own library for CUDA. */
  readonly libtorchCuda: string;
  readonly gpus: readonly Gpu[];
  /** Tells the addon's build from others. */
  readonly addon: string;
  readonly env: NodeJS.ProcessEnv;
  /** The program that is run in a process of its own, and its time limit. */
  readonly program: string;
  readonly timeoutMs?: number;
}

/** Loading LibTorch's CUDA libraries for the first time takes long. */
const TIMEOUT_MS = 180_000;

/**
 * Runs one small case with the library in a process of its own, once per library, driver and GPUs; the verdict lies beside the library. What
 * crashes or hangs there ends that process and no other.
 */
export async function probe(request: ProbeRequest): Promise<ProbeVerdict> {
  const { library } = request;
  const key = keyOf(request);
  const known = readVerdict(library.verdict);
  if (known?.key === key) return known;
  const reason = await failure(request);
  const verdict = { passed: reason === undefined, ...(reason === undefined ? {} : { reason }), key };
  await writeVerdict(library.verdict, verdict);
  return verdict;
}

function keyOf({ library, addon, gpus, env }: ProbeRequest): string {
  const machine = gpus.map(({ name, driver }) => `${name} ${driver}`);
  return JSON.stringify([library.built, addon, machine, env.CUDA_VISIBLE_DEVICES ?? null]);
}

async function failure({ library, libtorchCuda, env, program, timeoutMs }: ProbeRequest): Promise<string | undefined> {
  const limit = timeoutMs ?? TIMEOUT_MS;
  const args = [program, libtorchCuda, library.library];
  const { code, stdout, stderr, timedOut } = await run(process.execPath, args, { env, timeoutMs: limit });
  if (timedOut) return `the probe did not end within ${limit / 1000} s`;
  if (code === 0) return undefined;
  if (code === 2) return stdout.trim().split("\n").at(-1);
  const said = telling(stderr);
  return `the probe ${code === null ? "crashed" : `failed (exit code ${code})`}${said ? `: ${said}` : ""}`;
}

/** The line of what a process left behind that says why: Node's error, or what LibTorch threw, before the addresses of its callers. */
function telling(stderr: string): string | undefined {
  const lines = stderr.split("\n").map((line) => line.trim().replace(/^what\(\):\s*/, ""));
  return (
    lines.find((line) => /^\w*Error: /.test(line)) ??
    lines.find((line) => line !== "" && !/^terminate called/.test(line))
  );
}

function readVerdict(file: string): ProbeVerdict | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** Where the folder is not writable the probe runs again next time. */
async function writeVerdict(file: string, verdict: ProbeVerdict): Promise<void> {
  await writeWhole(file, `${JSON.stringify(verdict, null, 2)}\n`).catch(() => undefined);
}

/** The program that the probe runs, among the compiled files of this package. */
export function probeProgram(nativeRoot: string): string {
  return join(nativeRoot, "dist", "devices", "probe-program.js");
}
