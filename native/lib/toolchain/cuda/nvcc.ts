import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "../run.ts";

/** CUDA's compiler. */
export interface Nvcc {
  readonly command: string;
  /** CUDA version, such as `13.0`. */
  readonly version: string;
  /** The GPU architectures it compiles for, such as `80` and `90`; empty when it does not say. */
  readonly architectures: readonly string[];
  /** What named it: a variable, PATH, or its usual place. */
  readonly foundBy: string;
}

/** CUDA's compiler, or why there is none and what to do. */
export type FoundNvcc = { readonly nvcc: Nvcc; readonly problem?: undefined } | { readonly problem: string };

const USUAL = "/usr/local/cuda/bin/nvcc";
const FIX = "Install the CUDA toolkit (nvcc is enough), or set CUDACXX to its nvcc";

/**
 * The nvcc of `CUDACXX`, `CUDA_HOME`, `CUDA_PATH`, the PATH, or /usr/local/cuda, in this order. A variable that names one that does not
 * work is a problem: a choice made on purpose is not replaced in silence.
 */
export async function findNvcc(env: NodeJS.ProcessEnv = process.env): Promise<FoundNvcc> {
  for (const [foundBy, command, chosen] of places(env)) {
    const asked = await run(command, ["--version"], { env, timeoutMs: 20_000 });
    const version = /release (\d+\.\d+)/.exec(asked.stdout)?.[1];
    if (asked.code === 0 && version !== undefined) {
      return { nvcc: { command, version, architectures: await architecturesOf(command, env), foundBy } };
    }
    if (chosen) return { problem: `${foundBy} names ${command}, which is no nvcc that runs. ${FIX}.` };
  }
  return {
    problem: `No nvcc was found: CUDACXX and CUDA_HOME are not set, and neither the PATH nor ${USUAL} has it. ${FIX}.`,
  };
}

function places(env: NodeJS.ProcessEnv): [foundBy: string, command: string, chosen: boolean][] {
  const name = process.platform === "win32" ? "nvcc.exe" : "nvcc";
  const found: [string, string, boolean][] = [];
  if (env.CUDACXX) found.push(["CUDACXX", env.CUDACXX, true]);
  for (const variable of ["CUDA_HOME", "CUDA_PATH"]) {
    const home = env[variable];
    if (home) found.push([variable, join(home, "bin", name), true]);
  }
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    if (folder !== "" && existsSync(join(folder, name))) found.push(["PATH", join(folder, name), false]);
  }
  if (existsSync(USUAL)) found.push(["its usual place", USUAL, false]);
  return found;
}

async function architecturesOf(command: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const listed = await run(command, ["--list-gpu-arch"], { env, timeoutMs: 20_000 });
  return [...listed.stdout.matchAll(/^compute_(\d+)$/gm)].map(([, number]) => number!);
}
