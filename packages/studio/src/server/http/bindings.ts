import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";

/** What Hono is told of each request: Node's own request and answer. */
export interface StudioEnv {
  Bindings: HttpBindings;
}

/** A request with its way to answer. */
export type StudioContext = Context<StudioEnv>;
