import { AutocircuitError } from "@autocircuit/base";
import type { Redis } from "ioredis";

/** What BullMQ keeps of a queue, by the end of its key. */
const KEYS: Readonly<Record<string, string>> = {
  meta: "hash",
  id: "string",
  wait: "list",
  active: "list",
  paused: "list",
  delayed: "zset",
  prioritized: "zset",
  completed: "zset",
  failed: "zset",
  marker: "zset",
  stalled: "set",
  events: "stream",
};

/**
 * Makes sure that whatever lies under the keys of a queue can be a queue's.
 *
 * @param mark key of the queue's version, a text
 * @throws AutocircuitError `bad-input`
 */
export async function requireOwnKeys(redis: Redis, queue: string, mark: string, shown: string): Promise<void> {
  const wanted: [string, string][] = [
    [mark, "string"],
    ...Object.entries(KEYS).map(([end, type]): [string, string] => [`bull:${queue}:${end}`, type]),
  ];
  const types = await Promise.all(wanted.map(([key]) => redis.type(key)));
  const foreign = wanted.find(([, type], place) => types[place] !== "none" && types[place] !== type);
  if (foreign === undefined) return;
  throw new AutocircuitError(
    "bad-input",
    `The key ${foreign[0]} at ${shown} is something else's than a queue of sweeps. Give the queue another name (\`queue: { name }\`).`,
  );
}
