import { type KindsOf, kind, signature } from "@autocircuit/base";
import { throwIfAborted } from "@autocircuit/core";
import type { SweepUnit } from "../plan/unit.ts";
import { redisAddress } from "../redis/redis-address.ts";
import type { SweepResults } from "../results/store.ts";
import { queueAddress } from "./run-queue.ts";
import { SweepQueue } from "./sweep-queue.ts";
import type { WorkQueueOptions } from "./work-queue-options.ts";

const check = signature(
  "workQueue",
  { plan: kind.callback, results: kind.having("SweepResults", "folder", "result") },
  {
    queue: queueAddress,
    workers: kind.count,
    threads: kind.count,
    untilEmpty: kind.flag,
    stalledAfter: kind.count,
    signal: kind.signal,
    onStep: kind.callback,
  } satisfies KindsOf<WorkQueueOptions>,
);

/**
 * Serves a queue that `runQueue` fills, on any number of machines. A job is a unit's hash; the unit itself is that of the plan here, and a
 * hash that the plan does not have is refused, so that nothing that is done, read or written comes from the queue.
 *
 * @param plan gives the units of the plan; called again for a hash that is not among them, as after an edit
 * @throws AutocircuitError `not-found` where no Redis answers within 5 s, `bad-input` for a queue of another version; CannotKeepError
 */
export async function workQueue(
  plan: () => Promise<readonly SweepUnit[]>,
  results: SweepResults,
  options: WorkQueueOptions,
): Promise<void> {
  check({ plan, results }, options);
  const { queue: address, signal } = options;
  throwIfAborted(signal);
  // Loaded here with its client of queues, which most sweeps do without.
  const { PlannedUnits, QueueServer } = await import("./queue-server.ts");
  const units = await PlannedUnits.read(plan);
  await using queue = await SweepQueue.open(redisAddress(address.url, address.authority), address.name);
  await new QueueServer(queue, units, results, options).serve();
}
