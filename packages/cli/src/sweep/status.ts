import { setTimeout as sleep } from "node:timers/promises";
import { StateReader } from "@autocircuit/sweep";
import type { Context } from "../context.ts";
import { requireWritable, writeJson } from "../support/write-file.ts";
import { openResults, type SweepCommandOptions } from "./open-sweep.ts";
import { stateJson, stateText } from "./state-text.ts";
import { unitCommand } from "./unit-command.ts";

/** Options of `sweep status`. */
export interface StatusCommandOptions extends SweepCommandOptions {
  watch?: boolean;
  json?: string;
}

/** How often a watched sweep is looked at, in milliseconds. */
const EVERY = 2000;

/** Says how far a sweep is, once or until nothing is missing. */
export async function sweepStatus(plan: string, options: StatusCommandOptions, context: Context): Promise<void> {
  const { signal, print } = context;
  requireWritable(options.json);
  const { out, results, units } = await openResults(plan, options, signal);
  const command = unitCommand(plan, out);
  const reader = new StateReader(results, units);
  for (let shown = ""; ; ) {
    const state = await reader.look();
    if (options.json) await writeJson(options.json, stateJson(state, command));
    const text = stateText(state, command);
    if (text !== shown) print(options.watch && process.stdout.isTTY ? `\x1b[2J\x1b[H${text}` : text);
    shown = text;
    if (!options.watch || state.missing === 0) return;
    await sleep(EVERY, undefined, { signal });
  }
}
