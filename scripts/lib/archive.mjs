import { renameSync, rmSync } from "node:fs";
import { run } from "./run.mjs";
import { StepError } from "./steps.mjs";
import { untilStopped } from "./until-stopped.mjs";

/**
 * Writes an archive beside its place, and renames it once it is whole. SIGINT and SIGTERM leave nothing of it.
 *
 * @param {string} target FILE.tar.xz
 * @param {readonly string[]} what arguments of tar that say what is in it
 */
export async function writeArchive(target, what) {
  const unfinished = `${target}.${process.pid}.part`;
  await untilStopped(async (signal) => {
    try {
      const { code } = await run("tar", ["-cJf", unfinished, ...what], { env: { XZ_OPT: "-T0" }, signal });
      if (signal.aborted) return console.error(`stopped: ${target} was not written.`);
      if (code !== 0) throw new StepError(`${target} was not written; see what tar says above.`);
      renameSync(unfinished, target);
    } finally {
      rmSync(unfinished, { force: true });
    }
  });
}
