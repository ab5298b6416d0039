import type { MiddlewareHandler } from "hono";
import type { StudioEnv } from "./bindings.ts";
import { refusal } from "./refusal.ts";

/** Refuses requests beyond `most` that are open at once, streams included: a flood must not fill the memory. */
export function openRequests(most: number): MiddlewareHandler<StudioEnv> {
  let open = 0;
  return async (context, next) => {
    if (open >= most) {
      context.header("retry-after", "1");
      return refusal(context, 503, "busy", `${most} requests are open already. Ask again in a moment.`);
    }
    open++;
    // What is answered may still be streamed: a request is over when its answer was sent or its connection closed.
    context.env.outgoing.once("close", () => {
      open--;
    });
    await next();
  };
}
