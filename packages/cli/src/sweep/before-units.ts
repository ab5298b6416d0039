import { UsageError } from "../support/usage-error.ts";
import { requireWritable } from "../support/write-file.ts";
import { type RedisPlace, redisOf } from "./queue-options.ts";
import type { RunCommandOptions } from "./run.ts";
import type { WorkCommandOptions } from "./work.ts";

// What can be refused before the engine is loaded and the plan's files are read: options that do not go together, and a Redis that does not
// answer.

/** The Redis of `sweep run`, undefined for none. @throws UsageError; as {@link redisOf} does */
export async function beforeRun(options: RunCommandOptions): Promise<RedisPlace | undefined> {
  requireWritable(options.json);
  const { workers, threads, memory, collect } = options;
  const local = Object.entries({ "--workers": workers, "--threads": threads, "--memory": memory });
  const foreign = local.find(([, value]) => value !== undefined);
  if (options.queue !== undefined && foreign)
    throw new UsageError(`${foreign[0]} is for workers of this machine: with --queue, sweep work has them.`);
  if (options.queue === undefined && collect) throw new UsageError("--collect is for a --queue: give that too.");
  return redisOf(options);
}

/** The Redis of `sweep work`, undefined for units by their number. @throws UsageError; as {@link redisOf} does */
export async function beforeWork(options: WorkCommandOptions): Promise<RedisPlace | undefined> {
  if ((options.unit === undefined) === (options.queue === undefined))
    throw new UsageError("Say which units: --queue ADDRESS for those of a queue, or --unit for one.");
  if (options.together !== undefined && options.unit === undefined)
    throw new UsageError("--together goes with --unit.");
  if (options.unit !== undefined && options.workers !== undefined)
    throw new UsageError("--workers is for a --queue; --unit runs in this process.");
  return redisOf(options);
}
