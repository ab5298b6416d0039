import { join } from "node:path";
import { ROOT, runNode } from "./run.mjs";

const QUIET = { TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1", TURBO_NO_UPDATE_NOTIFIER: "1" };

/**
 * Runs tasks of turbo.json; what did not change since the last time is taken from its cache.
 *
 * @param {readonly string[]} args Tasks and options of `turbo run`.
 * @param {{ env?: NodeJS.ProcessEnv, show?: "out" | "err" | "none" }} [options] With `none`, turbo speaks only when
 *   something fails.
 * @returns {Promise<boolean>} Whether every task went well.
 */
export async function turbo(args, { env = {}, show = "out" } = {}) {
  const program = join(ROOT, "node_modules", "turbo", "bin", "turbo");
  const { code, output } = await runNode([program, "run", ...args], { env: { ...QUIET, ...env }, show });
  if (code !== 0 && show === "none") console.error(output);
  return code === 0;
}
