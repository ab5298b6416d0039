import { createHash, timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import type { StudioEnv } from "./bindings.ts";
import { refusal } from "./refusal.ts";

/** What tells the page that belongs to this server from everybody else. */
export interface Gate {
  /** The first part of every path. */
  readonly token: string;
  /** Known once the server listens. */
  readonly port: () => number;
}

/**
 * Lets through only requests whose first part of the path is the token, that were sent to this machine by its name (a page of somebody
 * else's, whose name was made to lead here, sends its own as Host), and not by another page (Origin).
 */
export function gatekeeper({ token, port }: Gate): MiddlewareHandler<StudioEnv> {
  const wanted = digest(token);
  return async (context, next) => {
    const hosts = [`127.0.0.1:${port()}`, `localhost:${port()}`];
    const host = context.req.header("host");
    if (host === undefined || !hosts.includes(host))
      return refusal(context, 403, "forbidden", `This server answers to ${hosts[0]} only.`);
    const origin = context.req.header("origin");
    if (origin !== undefined && origin !== `http://${host}`)
      return refusal(context, 403, "forbidden", "This server answers its own page only.");
    const given = context.req.path.split("/")[1] ?? "";
    if (!timingSafeEqual(digest(given), wanted))
      return refusal(context, 401, "unauthorized", "Open the address that autocircuit studio printed, token included.");
    await next();
  };
}

/** Of equal length whatever was given, so that comparing takes equally long. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
