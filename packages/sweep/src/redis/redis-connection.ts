import { AutocircuitError, sayOnce } from "@autocircuit/base";
import type { Redis, RedisOptions } from "ioredis";
import type { RedisAddress } from "./redis-address.ts";

/** How long a Redis may take to answer at first, in milliseconds. */
const PATIENCE = 4500;

type Client = Pick<typeof import("ioredis"), "Redis">;

/**
 * Connects to a Redis and waits for its first answer, at most 5 seconds. Later it is connected to again whenever it is gone.
 *
 * @throws AutocircuitError `not-found` where none answers, `bad-input` where it refuses the password or has no such database
 */
export async function connect(address: RedisAddress): Promise<Redis> {
  // Loaded where it is needed: most sweeps have no Redis. That time is not the server's.
  const client = await import("ioredis");
  const deadline = performance.now() + PATIENCE;
  const { password, ...open } = address.options;
  const needed = password !== undefined && (await asksForPassword(client, address, deadline));
  const redis = await answering(client, address, needed ? { ...open, password } : open, deadline, async (redis) => {
    await redis.ping();
    // The client alone would go on with the first database where there is none of this number.
    await redis.select(open.db ?? 0);
  });
  return redis;
}

/** Says early that no Redis answers, or that it refuses the password. @throws AutocircuitError as {@link connect} */
export async function requireRedis(address: RedisAddress): Promise<void> {
  (await connect(address)).disconnect();
}

/** Whether the server wants the password that was given: the client would only write a warning of its own. */
async function asksForPassword(client: Client, address: RedisAddress, deadline: number): Promise<boolean> {
  const { password, username, ...open } = address.options;
  // A named user has rights of its own.
  if (username !== undefined && username !== "default") return true;
  let asked = true;
  const redis = await answering(client, address, { ...open, enableReadyCheck: false }, deadline, async (redis) => {
    try {
      await redis.call("AUTH", ...(username === undefined ? [] : [username]), password!);
    } catch (error) {
      if (!/no password is set|without any password configured/i.test((error as Error).message)) throw error;
      asked = false;
    }
  });
  redis.disconnect();
  if (!asked)
    sayOnce(
      `the Redis at ${address.shown} asks for no password, though one was given: whoever reaches it may write there.`,
    );
  return asked;
}

/** A connection once some first words were answered. */
async function answering(
  client: Client,
  address: RedisAddress,
  options: RedisOptions,
  deadline: number,
  words: (redis: Redis) => Promise<unknown>,
): Promise<Redis> {
  let first: Error | undefined;
  let ready = false;
  const redis = new client.Redis({
    ...options,
    lazyConnect: true,
    maxRetriesPerRequest: null,
    // Until it has answered once there is no second try.
    retryStrategy: (times) => (ready ? Math.min(2000, 50 * times) : null),
    connectTimeout: PATIENCE,
    // What is no Redis may not end the connection when it is told to.
    disconnectTimeout: 300,
  });
  redis.on("error", (error: Error) => {
    first ??= error;
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const left = Math.max(0, deadline - performance.now());
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE / 1000} s`)), left);
  });
  try {
    await Promise.race([redis.connect().then(() => words(redis)), late]);
    ready = true;
    return redis;
  } catch (error) {
    // Of a connection that has ended the client would still wait for the end.
    if (redis.status !== "end") redis.disconnect();
    throw refusal(address, error as Error, first);
  } finally {
    clearTimeout(timer);
  }
}

/** What an answer that is none means. */
function refusal({ shown, options }: RedisAddress, error: Error, first: Error | undefined): AutocircuitError {
  const said = `${error.message} ${first?.message}`;
  const cause = first ?? error;
  const bad = (message: string) => new AutocircuitError("bad-input", message, { cause });
  if (/NOAUTH|WRONGPASS|invalid password/i.test(said))
    return bad(`${shown} refuses the password: write it as redis://:PASSWORD@HOST.`);
  if (/DB index is out of range|SELECT is not allowed/i.test(said))
    return bad(
      `The Redis at ${shown} has no database ${options.db}: it usually has 0 to 15. Leave the number out for 0.`,
    );
  const nothing = /Protocol error/i.test(said)
    ? `Something answers at ${shown}, but it is no Redis. Check the port of the address.`
    : `No Redis answers at ${shown}: ${cause.message}. Start it (redis-server), or check the address.`;
  return new AutocircuitError("not-found", nothing, { cause });
}
