import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { AutocircuitError } from "@autocircuit/base";
import { createAdaptorServer } from "@hono/node-server";

/** How long a client may take, in ms. */
export interface ClientTimes {
  /** To send its headers. */
  readonly headers: number;
  /** To send all of its request. */
  readonly request: number;
  /** Until its next request on the same connection. */
  readonly idle: number;
  /** How long nothing may move in either direction; a stream says that it is alive more often. */
  readonly silence: number;
  /** How often this is looked at. */
  readonly check: number;
}

const USUAL_TIMES: ClientTimes = { headers: 10_000, request: 30_000, idle: 5_000, silence: 60_000, check: 1_000 };

/** Connections at once, those without a request too. */
const MOST_CONNECTIONS = 512;

/**
 * Serves on the loopback device alone.
 *
 * @param port 0 for any that is free
 * @throws AutocircuitError `bad-input` for a port that cannot be had
 */
export async function listen(
  fetch: Parameters<typeof createAdaptorServer>[0]["fetch"],
  port: number,
  times: ClientTimes = USUAL_TIMES,
): Promise<{ server: Server; port: number }> {
  const server = createAdaptorServer({
    fetch,
    hostname: "127.0.0.1",
    serverOptions: {
      headersTimeout: times.headers,
      requestTimeout: times.request,
      keepAliveTimeout: times.idle,
      connectionsCheckingInterval: times.check,
      maxHeaderSize: 16 * 1024,
    },
  }) as Server;
  server.maxConnections = MOST_CONNECTIONS;
  server.setTimeout(times.silence);
  return { server, port: await opened(server, port) };
}

function opened(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const why = cause.code === "EADDRINUSE" ? "something else listens there" : cause.message;
      const advice = "Choose another `port`, or none for any that is free.";
      reject(new AutocircuitError("bad-input", `Port ${port} cannot be used: ${why}. ${advice}`, { cause }));
    });
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}
