import { counted } from "@autocircuit/base";
import {
  queueName,
  type RunLocallyOptions,
  runLocally,
  runQueue,
  StateReader,
  type SweepStep,
} from "@autocircuit/sweep";
import type { Context } from "../context.ts";
import { Progress } from "../support/progress.ts";
import { writeJson } from "../support/write-file.ts";
import { openSweep, type SweepCommandOptions } from "./open-sweep.ts";
import type { QueueCommandOptions, RedisPlace } from "./queue-options.ts";
import { stateJson, stateText } from "./state-text.ts";
import { unitCommand } from "./unit-command.ts";

/** Options of `sweep run`. */
export interface RunCommandOptions extends SweepCommandOptions, QueueCommandOptions {
  workers?: number;
  threads?: number;
  /** GiB */
  memory?: number;
  attempts?: number;
  collect?: boolean;
  json?: string;
}

/**
 * Does all units that have no result yet; the command fails where units do.
 *
 * @param redis as `beforeRun` found it
 */
export async function sweepRun(
  plan: string,
  options: RunCommandOptions,
  redis: RedisPlace | undefined,
  { signal, print }: Context,
): Promise<void> {
  const { workers, threads, memory, attempts, collect } = options;
  const { read, out, results, units } = await openSweep(plan, options, signal);
  const queue = redis && { ...redis, name: redis.name ?? queueName(read.name, units) };
  const command = unitCommand(plan, out);
  const reader = new StateReader(results, units);
  const counts = { done: 0, kept: 0, failed: 0 };
  const onStep = ({ outcome }: SweepStep) => {
    counts[outcome]++;
  };
  try {
    using progress = new Progress("units");
    const following = {
      signal,
      onStep,
      onProgress: (step: { done: number; total: number }) => progress.update(step.done, step.total),
    };
    const started: RunLocallyOptions = { ...following, attempts };
    if (queue) await runQueue(units, results, { ...started, queue, collect });
    else await runLocally(units, results, { ...started, workers, threads, memoryBytes: memory && memory * 2 ** 30 });
  } finally {
    if (options.json) await writeJson(options.json, stateJson(await reader.look(), command));
  }
  const state = await reader.look();
  print(stateText(state, command));
  print(`${counts.done} done now, ${counts.kept} were there; results in ${out}`);
  if (state.failed > 0)
    throw new Error(
      `${state.failed} of ${counted(state.units, "unit")} failed; started again, ${state.failed === 1 ? "it is" : "they are"} tried again.`,
    );
}
