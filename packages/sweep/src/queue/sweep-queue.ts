import { AutocircuitError, version } from "@autocircuit/base";
import type { Job, Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { RedisAddress } from "../redis/redis-address.ts";
import { connect } from "../redis/redis-connection.ts";
import type { UnitTimes } from "../results/unit-times.ts";
import { requireOwnKeys } from "./own-keys.ts";
import { planOfQueue } from "./queue-name.ts";

/** The form of what lies in the queue. */
const QUEUE_VERSION = 1;

/** What a job says: which unit, by its hash, and whether the result comes back through Redis. Nothing else is taken from it. */
export interface UnitJob {
  readonly unit: string;
  readonly collect: boolean;
}

/** What comes back: the text of the unit's file with its times where that was asked for. */
export type UnitReturn = { readonly text: string; readonly times: UnitTimes } | null;

/** A queue of units on a Redis, of this version. */
export class SweepQueue implements AsyncDisposable {
  readonly name: string;
  readonly redis: Redis;
  readonly queue: Queue<UnitJob, UnitReturn>;

  private constructor(name: string, redis: Redis, queue: Queue<UnitJob, UnitReturn>) {
    this.name = name;
    this.redis = redis;
    this.queue = queue;
    // Redis is asked again by itself; that it is gone for a while is no end.
    this.queue.on("error", () => undefined);
  }

  /**
   * Connects to a queue and marks it as one of this version.
   *
   * @throws AutocircuitError `not-found` where no Redis answers within 5 s, `bad-input` for a queue of another version and a wrong password
   */
  static async open(address: RedisAddress, name: string): Promise<SweepQueue> {
    // Loaded where it is needed: most sweeps have no queue.
    const { Queue } = await import("bullmq");
    const redis = await connect(address);
    const mark = `autocircuit-sweep-version:${name}`;
    const own = `queue ${QUEUE_VERSION}, autocircuit ${version}`;
    try {
      await requireOwnKeys(redis, name, mark, address.shown);
      await redis.set(mark, own, "NX");
      const there = await redis.get(mark);
      if (there === own) return new SweepQueue(name, redis, new Queue(name, { connection: redis }));
      throw new AutocircuitError(
        "bad-input",
        `The queue ${name} at ${address.shown} is of ${String(there).slice(0, 60)}; this is ${own}. Finish it with that version, or ` +
          `give another queue a name (\`queue: { name }\`).`,
      );
    } catch (error) {
      redis.disconnect();
      if (error instanceof AutocircuitError) throw error;
      // What a Redis says that may not be written, or is full.
      throw new AutocircuitError("bad-input", `The Redis at ${address.shown} refuses: ${(error as Error).message}.`, {
        cause: error,
      });
    }
  }

  /** Leaves word that a coordinator fills this queue, for workers of another edition of its plan; it is forgotten after a while. */
  async markFilled(): Promise<void> {
    const plan = planOfQueue(this.name);
    if (plan !== undefined) await this.redis.set(editionKey(plan), this.name, "EX", 30);
  }

  /** The queue that is filled for a plan of this name, where it is another one than this. */
  async otherEdition(): Promise<string | undefined> {
    const plan = planOfQueue(this.name);
    const last = plan === undefined ? null : await this.redis.get(editionKey(plan));
    return last === null || last === this.name ? undefined : last.slice(0, 200);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A connection that is lost would be waited for.
    if (this.redis.status === "ready") await this.queue.close().catch(() => undefined);
    this.redis.disconnect();
  }
}

function editionKey(plan: string): string {
  return `autocircuit-sweep-edition:${plan}`;
}

/** The name of a unit's job; it has no second one. */
export function jobId(hash: string): string {
  return `unit-${hash}`;
}

/** The unit of a job's name, or what can be none. */
export function hashOfJob(id: string): string {
  return id.replace(/^unit-/, "");
}

/** A job of {@link SweepQueue}. */
export type SweepJob = Job<UnitJob, UnitReturn>;

/** What went wrong with a unit, as the reason of a failed job. */
export function failedReason(kind: string, message: string): string {
  return JSON.stringify({ kind, message: message.slice(0, 4000) });
}

/** The same read again; any text, from wherever, is only ever a message. */
export function readReason(text: string | undefined): { kind: string; message: string } {
  try {
    const { kind, message } = JSON.parse(text ?? "");
    if (typeof kind === "string" && typeof message === "string") return { kind: kind.slice(0, 40), message };
  } catch {
    // BullMQ's own words, such as those on a job that stalled.
  }
  return { kind: "crashed", message: String(text).slice(0, 4000) };
}
