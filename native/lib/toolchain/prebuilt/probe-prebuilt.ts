import { existsSync } from "node:fs";
import { join } from "node:path";
import { run } from "../run.ts";

const PROBE_MS = 60_000;
/** Of the largest number: processors add in different orders. */
const TOLERANCE = 1e-4;

/**
 * Runs a small transformer with an addon in a process of its own, which a library that does not fit may end, and compares its numbers
 * with those it gave where it was built.
 *
 * @returns why it is not to be used; undefined when it is
 */
export async function probePrebuilt(
  addon: string,
  expected: readonly number[],
  nativeRoot: string,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const { numbers, problem } = await probeAddon(addon, nativeRoot, env);
  if (!numbers) return problem;
  if (numbers.length !== expected.length) return `its probe gave ${numbers.length} numbers, not ${expected.length}`;
  const largest = Math.max(...expected.map(Math.abs));
  const far = numbers.findIndex((value, i) => !(Math.abs(value - expected[i]!) <= TOLERANCE * largest));
  if (far < 0) return undefined;
  return `its probe gave ${numbers[far]} where ${expected[far]} is right`;
}

/** What the probe's case gives with an addon, or why it gives nothing. */
export async function probeAddon(
  addon: string,
  nativeRoot: string,
  env: NodeJS.ProcessEnv,
): Promise<{ numbers: readonly number[]; problem?: undefined } | { numbers?: undefined; problem: string }> {
  const program = join(nativeRoot, "dist", "devices", "probe-addon.js");
  if (!existsSync(program)) return { problem: `${program} is missing` };
  const result = await run(process.execPath, [program], {
    env: { ...env, AUTOCIRCUIT_ADDON: addon, OMP_NUM_THREADS: "1" },
    timeoutMs: PROBE_MS,
  });
  if (result.timedOut) return { problem: `its probe took longer than ${PROBE_MS / 1000} s` };
  if (result.code !== 0) return { problem: `its probe failed: ${reasonOf(result.stderr)}` };
  return { numbers: JSON.parse(result.stdout.trim().split("\n").at(-1) ?? "[]") };
}

function reasonOf(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1) ?? "the process ended without a word";
}
