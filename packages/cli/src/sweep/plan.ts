import { existsSync } from "node:fs";
import { counted, formatBytes } from "@autocircuit/base";
import { doneUnits, estimateSweep, StateReader, SweepResults } from "@autocircuit/sweep";
import type { Context } from "../context.ts";
import { duration } from "../support/duration.ts";
import { Progress } from "../support/progress.ts";
import { requireWritable, writeJson } from "../support/write-file.ts";
import { readSweep, type SweepCommandOptions } from "./open-sweep.ts";
import { stateText } from "./state-text.ts";
import { unitCommand } from "./unit-command.ts";

/** Options of `sweep plan`. */
export interface PlanCommandOptions extends SweepCommandOptions {
  probe?: number;
  json?: string;
}

/** Says what a plan is made of, what is done, and what the rest takes. */
export async function sweepPlan(plan: string, options: PlanCommandOptions, { signal, print }: Context): Promise<void> {
  requireWritable(options.json);
  const { read, out, units } = await readSweep(plan, options, signal);
  const results = existsSync(out) ? await SweepResults.open(out) : undefined;
  const state = await new StateReader(results, units).look();
  print(stateText(state, unitCommand(plan, out)));
  const { probe = 10 } = options;
  const done = new Set<string>();
  if (results) for await (const { unit } of doneUnits(units, results)) done.add(unit.hash);
  const missing = units.filter(({ hash }) => !done.has(hash));
  if (missing.length > 0 && probe > 0) {
    using progress = new Progress("trying settings");
    const estimate = await estimateSweep(
      missing,
      units.filter(({ hash }) => done.has(hash)),
      results,
      { seconds: probe, signal, onProgress: (step) => progress.update(step.done, step.total) },
    );
    const { seconds, bytes, known, tried, silent } = estimate;
    print(
      `${counted(missing.length, "unit")} ${missing.length === 1 ? "takes" : "take"} ${silent > 0 ? "at least" : "about"} ${duration(Math.max(1, seconds))} of one worker, and ` +
        `${formatBytes(bytes)} of memory each (by finished units of ${counted(known, "setting")}, and a moment of ${tried})`,
    );
    if (silent > 0)
      print(
        `${counted(silent, "setting")} did not say how far ${silent === 1 ? "it" : "they"} came; --probe tries for longer`,
      );
  }
  if (options.json === undefined) return;
  const { units: all, done: finished, failed } = state;
  await writeJson(options.json, {
    ...{ name: read.name, units: all, done: finished, failed, missing: state.missing },
    list: units.map(({ index, hash, key, algorithm, options, subject: { task, seed } }) => ({
      ...{ index, hash, task: task.key, algorithm, key, options, seed, done: done.has(hash) },
    })),
  });
  print(`wrote ${options.json}`);
}
