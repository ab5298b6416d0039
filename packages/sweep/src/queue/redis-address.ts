import { readFileSync } from "node:fs";
import { AutocircuitError } from "@autocircuit/base";
import { Redis, type RedisOptions } from "ioredis";

/** How long a Redis may take to answer at first, in milliseconds. */
const PATIENCE = 4500;

/** A Redis server. */
export interface RedisAddress {
  /** For messages: without the password. */
  readonly shown: string;
  readonly url: string;
  readonly options: RedisOptions;
}

/**
 * The Redis that an address names: `redis://[:PASSWORD@]HOST[:PORT][/DB]`, or `rediss://` for TLS.
 *
 * @param authority file of the authority that signed the server's certificate, where it is none of the system's
 * @throws AutocircuitError `bad-input` for what is no such address
 */
export function redisAddress(url: string, authority?: string): RedisAddress {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw noAddress();
  }
  if (!/^rediss?:$/.test(parsed.protocol) || parsed.hostname === "") throw noAddress();
  const { protocol, host, pathname } = parsed;
  if (authority !== undefined && protocol !== "rediss:")
    throw new AutocircuitError("bad-input", "A certificate's authority is for rediss:// addresses, which use TLS.");
  return {
    shown: `${protocol}//${host}${pathname}`,
    url,
    options: authority === undefined ? {} : { tls: { ca: readAuthority(authority) } },
  };
}

/**
 * Connects to a Redis and waits for its first answer, at most 5 seconds. Later it is connected to again whenever it is gone.
 *
 * @throws AutocircuitError `not-found` where none answers, `bad-input` where it refuses the password
 */
export async function connect({ url, shown, options }: RedisAddress): Promise<Redis> {
  let first: Error | undefined;
  let ready = false;
  const redis = new Redis(url, {
    ...options,
    lazyConnect: true,
    maxRetriesPerRequest: null,
    // Until it has answered once there is no second try.
    retryStrategy: (times) => (ready ? Math.min(2000, 50 * times) : null),
    connectTimeout: PATIENCE,
  });
  redis.on("error", (error: Error) => {
    first ??= error;
  });
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`no answer within ${PATIENCE / 1000} s`)), PATIENCE).unref();
  });
  try {
    await Promise.race([redis.connect().then(() => redis.ping()), late]);
    ready = true;
    return redis;
  } catch (error) {
    redis.disconnect();
    const cause = first ?? (error as Error);
    const refused = /NOAUTH|WRONGPASS|invalid password/i.test(`${(error as Error).message} ${cause.message}`);
    throw new AutocircuitError(
      refused ? "bad-input" : "not-found",
      refused
        ? `${shown} refuses the password: write it as redis://:PASSWORD@HOST.`
        : `No Redis answers at ${shown}: ${cause.message}. Start it (redis-server), or check the address.`,
      { cause },
    );
  }
}

function noAddress(): AutocircuitError {
  // The text itself is not repeated: it may hold a password.
  return new AutocircuitError(
    "bad-input",
    "The queue's address must be redis://HOST:PORT, with a password redis://:PASSWORD@HOST:PORT, or rediss:// for TLS.",
  );
}

function readAuthority(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new AutocircuitError("not-found", `${path}: the certificate's authority cannot be read. Check the path.`, {
      cause,
    });
  }
}
