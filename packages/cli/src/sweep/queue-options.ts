import { type QueueAddress, SweepQueue } from "@autocircuit/sweep";
import { UsageError } from "../support/usage-error.ts";

/** Options that say where a queue is, as commander gives them. */
export interface QueueCommandOptions {
  queue?: string;
  queueName?: string;
  redisCa?: string;
}

/**
 * The queue that was asked for; undefined for none.
 *
 * @param plan the plan's name
 * @throws UsageError for what goes with a queue alone
 */
export function queueOf({ queue, queueName, redisCa }: QueueCommandOptions, plan: string): QueueAddress | undefined {
  if (queue === undefined) {
    if (queueName !== undefined) throw new UsageError("--queue-name is the name of a --queue: give that too.");
    if (redisCa !== undefined) throw new UsageError("--redis-ca is for a --queue: give that too.");
    return undefined;
  }
  const url = queue === "env" ? process.env.AUTOCIRCUIT_QUEUE : queue;
  if (!url) throw new UsageError("--queue env: AUTOCIRCUIT_QUEUE says no address.");
  if (queueName?.includes(":")) throw new UsageError("--queue-name: a colon cannot be in it.");
  return { url, name: queueName ?? SweepQueue.nameOf(plan), authority: redisCa };
}
