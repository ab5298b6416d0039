import { redisAddress, requireRedis } from "@autocircuit/sweep/redis";
import { UsageError } from "../support/usage-error.ts";

/** Options that say where a queue is, as commander gives them. */
export interface QueueCommandOptions {
  queue?: string;
  queueName?: string;
  redisCa?: string;
}

/** The Redis that holds a queue. */
export interface RedisPlace {
  readonly url: string;
  readonly authority: string | undefined;
  /** The queue's name, where one was asked for; else it is that of the plan's units. */
  readonly name: string | undefined;
}

/**
 * The Redis that was asked for, which answers; undefined for none.
 *
 * @throws UsageError for what goes with a queue alone; AutocircuitError `not-found` where none answers, `bad-input`
 */
export async function redisOf({ queue, queueName, redisCa }: QueueCommandOptions): Promise<RedisPlace | undefined> {
  if (queue === undefined) {
    if (queueName !== undefined) throw new UsageError("--queue-name is the name of a --queue: give that too.");
    if (redisCa !== undefined) throw new UsageError("--redis-ca is for a --queue: give that too.");
    return undefined;
  }
  const url = queue === "env" ? process.env.AUTOCIRCUIT_QUEUE : queue;
  if (!url) throw new UsageError("--queue env: AUTOCIRCUIT_QUEUE says no address.");
  if (queueName === "" || queueName?.includes(":"))
    throw new UsageError("--queue-name: it cannot be empty, and a colon cannot be in it.");
  await requireRedis(redisAddress(url, redisCa));
  return { url, authority: redisCa, name: queueName };
}
