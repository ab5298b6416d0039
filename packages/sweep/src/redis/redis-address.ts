import { readFileSync } from "node:fs";
import { AutocircuitError } from "@autocircuit/base";
import type { RedisOptions } from "ioredis";

/** A Redis server. */
export interface RedisAddress {
  /** For messages: without the password. */
  readonly shown: string;
  readonly options: Pick<RedisOptions, "host" | "port" | "username" | "password" | "db" | "tls">;
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
  const { protocol, host, hostname, port, pathname, search, hash } = parsed;
  if (!/^rediss?:$/.test(protocol) || hostname === "" || search !== "" || hash !== "") throw noAddress();
  if (!/^(\/\d{0,9})?$/.test(pathname)) throw noAddress();
  const tls = protocol === "rediss:";
  if (authority !== undefined && !tls)
    throw new AutocircuitError("bad-input", "A certificate's authority is for rediss:// addresses, which use TLS.");
  return {
    shown: `${protocol}//${host}${pathname}`,
    options: {
      host: hostname.replace(/^\[(.*)\]$/, "$1"),
      port: port === "" ? 6379 : Number(port),
      db: Number(pathname.slice(1)),
      ...(parsed.username !== "" && { username: plain(parsed.username) }),
      ...(parsed.password !== "" && { password: plain(parsed.password) }),
      ...(tls && { tls: authority === undefined ? {} : { ca: readAuthority(authority) } }),
    },
  };
}

/** A part of an address with what stands for letters of its own, such as %40, as these. */
function plain(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw noAddress();
  }
}

function noAddress(): AutocircuitError {
  // The text itself is not repeated: it may hold a password.
  return new AutocircuitError(
    "bad-input",
    "The queue's address must be redis://HOST:PORT, with a password redis://:PASSWORD@HOST:PORT, with a database redis://HOST:PORT/NUMBER, or " +
      "rediss:// for TLS. What is no letter or digit in a password is written as in addresses of the web, such as %40 for @.",
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
