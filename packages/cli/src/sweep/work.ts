import { counted } from "@autocircuit/base";
import { setThreads, versions } from "@autocircuit/native";
import {
  doUnit,
  expandPlan,
  queueName,
  readPlan,
  Subjects,
  type SweepUnit,
  unitText,
  workQueue,
} from "@autocircuit/sweep";
import type { Context } from "../context.ts";
import { synchronously } from "../support/interrupt.ts";
import { UsageError } from "../support/usage-error.ts";
import { type OpenSweep, openSweep, type SweepCommandOptions } from "./open-sweep.ts";
import type { QueueCommandOptions, RedisPlace } from "./queue-options.ts";

/** Options of `sweep work`. */
export interface WorkCommandOptions extends SweepCommandOptions, QueueCommandOptions {
  unit?: string;
  together?: number;
  workers?: number;
  threads?: number;
  untilEmpty?: boolean;
  /** Seconds. */
  stalledAfter?: number;
}

/**
 * Does units for others: those of a queue, or some by their number.
 *
 * @param redis as `beforeWork` found it
 */
export async function sweepWork(
  plan: string,
  options: WorkCommandOptions,
  redis: RedisPlace | undefined,
  context: Context,
): Promise<void> {
  const { signal } = context;
  const open = await openSweep(plan, options, signal);
  if (redis === undefined) return workAlone(open, options, context);
  const { maxUnits, workers, threads, untilEmpty, stalledAfter } = options;
  const queue = { ...redis, name: redis.name ?? queueName(open.read.name, open.units) };
  context.print(`serving the queue ${queue.name}${untilEmpty ? " until it is empty" : "; Ctrl-C ends"}`);
  const { digests } = open.results;
  await workQueue(async () => expandPlan(await readPlan(plan), { digests, maxUnits }), open.results, {
    ...{ queue, workers, threads, untilEmpty, signal },
    stalledAfter: stalledAfter && Math.ceil(1000 * stalledAfter),
    onStep: ({ unit, outcome }) => context.print(`${outcome}: ${unitText(unit)}`),
  });
  signal.throwIfAborted();
}

/** Does units in this process; the command fails where one does, or is left to another process: a scheduler would take it for done. */
async function workAlone(
  { results, units }: OpenSweep,
  { unit, together = 1, threads }: WorkCommandOptions,
  { signal, print }: Context,
): Promise<void> {
  const chosen = chosenUnits(units, unit!, together);
  await synchronously(() => versions());
  if (threads !== undefined) await setThreads(threads);
  const runner = process.env.SLURM_JOB_ID === undefined ? "alone" : "slurm";
  await using subjects = new Subjects(results.digests);
  const failed: string[] = [];
  let busy = 0;
  for (const one of chosen) {
    const outcome = await doUnit(one, { results, subjects, runner, signal });
    print(`${outcome === "busy" ? "in the hands of another process" : outcome}: ${unitText(one)}`);
    if (outcome === "busy") busy++;
    if (outcome === "failed") failed.push(`${unitText(one)}: ${(await results.error(one.hash))?.message}`);
  }
  if (busy > 0)
    failed.push(
      `${counted(busy, "unit")} not done: in the hands of another process. Run this again once that is through.`,
    );
  if (failed.length > 0) throw new Error(failed.join("\n"));
}

/** @throws UsageError for a number or hash that the plan does not have */
function chosenUnits(units: readonly SweepUnit[], text: string, together: number): readonly SweepUnit[] {
  if (/^\d{1,9}$/.test(text)) {
    const first = Number(text) * together;
    if (first < units.length) return units.slice(first, first + together);
    throw new UsageError(
      `--unit ${text}: the plan has the units 0 to ${Math.ceil(units.length / together) - 1}${together > 1 ? ` by ${together}` : ""}.`,
    );
  }
  if (together !== 1) throw new UsageError("--together goes with the number of a --unit, not with its hash.");
  const found = /^[0-9a-f]{8,64}$/.test(text) ? units.filter(({ hash }) => hash.startsWith(text)) : [];
  if (found.length === 1) return found;
  throw new UsageError(
    `--unit ${text.slice(0, 70)}: the plan has ${found.length === 0 ? "no such unit" : "several such units"}. Give a number from 0 to ${units.length - 1}, or 8 or ` +
      "more digits of a hash; sweep plan --json lists them.",
  );
}
