import { execFile } from "node:child_process";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { counted, makeFolder } from "@autocircuit/base";
import { arrayScript, doneUnits, fixedPlan, jobName } from "@autocircuit/sweep";
import type { Context } from "../context.ts";
import { UsageError } from "../support/usage-error.ts";
import { writeJson, writeWhole } from "../support/write-file.ts";
import { openSweep, type SweepCommandOptions } from "./open-sweep.ts";

/** Options of `sweep slurm`. */
export interface SlurmCommandOptions extends SweepCommandOptions {
  atOnce?: number;
  together?: number;
  threads?: number;
  time?: string;
  mem?: string;
  partition?: string;
  submit: boolean;
}

/** Writes the missing units as a Slurm array, beside a copy of the plan that later edits do not change, and submits it. */
export async function sweepSlurm(plan: string, options: SlurmCommandOptions, context: Context): Promise<void> {
  const { signal, print } = context;
  const { read, results, units } = await openSweep(plan, options, signal);
  const { together = 1, atOnce, threads, time, mem, partition } = options;
  const done = new Set<string>();
  for await (const { unit } of doneUnits(units, results)) done.add(unit.hash);
  const missing = units.filter(({ hash }) => !done.has(hash));
  if (missing.length === 0) {
    print(units.length === 1 ? "the only unit is done" : `all ${units.length} units are done`);
    return;
  }
  const folder = join(results.folder, "slurm", new Date().toISOString().replace(/\D/g, "").slice(0, 17));
  const logs = join(folder, "output");
  makeFolder(logs);
  const fixed = join(folder, "plan.json");
  await writeJson(fixed, fixedPlan(read));
  const program = [process.execPath, resolve(process.argv[1] ?? "autocircuit")];
  const several = together === 1 ? [] : ["--together", `${together}`];
  const script = arrayScript({
    elements: [...new Set(missing.map(({ index }) => Math.floor(index / together)))],
    command: [...program, "sweep", "work", fixed, "--out", results.folder, ...several],
    name: jobName(read.name),
    ...{ logs, atOnce, threads, time, mem, partition },
  });
  const path = join(folder, "array.sh");
  await writeWhole(path, script);
  print(`wrote ${path}: ${counted(missing.length, "unit")}`);
  if (!options.submit) return;
  const { stdout } = await promisify(execFile)("sbatch", [path]).catch(
    (cause: NodeJS.ErrnoException & { stderr?: string }) => {
      if (cause.code === "ENOENT")
        throw new UsageError(`There is no sbatch on this machine. Submit it where there is one: sbatch ${path}`, {
          cause,
        });
      throw new Error(`sbatch refused ${path}: ${cause.stderr?.trim() || cause.message}`, { cause });
    },
  );
  print(stdout.trim());
}
