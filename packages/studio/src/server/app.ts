import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { StudioContext, StudioEnv } from "./http/bindings.ts";
import { type Gate, gatekeeper } from "./http/gatekeeper.ts";
import { openRequests } from "./http/open-requests.ts";
import { errorResponse, refusal } from "./http/refusal.ts";
import { SECURITY_HEADERS } from "./http/security-headers.ts";
import type { PageFile } from "./page-files.ts";

/** Bytes of a body at most. */
const MOST_BODY = 8 * 2 ** 20;
/** Requests open at once, streams included. A page has a few. */
const MOST_OPEN = 64;

/** Adds what is answered under `api/`. */
export type AddRoutes = (api: Hono<StudioEnv>) => void;

/** All paths of the server, behind the gate. */
export function studioApp(addRoutes: AddRoutes, gate: Gate, page: ReadonlyMap<string, PageFile>): Hono<StudioEnv> {
  const app = new Hono<StudioEnv>();
  app.use(async (context, next) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) context.header(name, value);
    await next();
  });
  app.use(openRequests(MOST_OPEN));
  app.use(gatekeeper(gate));
  app.use(bodyLimit({ maxSize: MOST_BODY, onError: tooLarge }));
  app.onError((error, context) => errorResponse(context, error));
  app.notFound((context) => refusal(context, 404, "not-found", "There is nothing at this address."));
  const api = new Hono<StudioEnv>();
  addRoutes(api);
  app.route("/:token/api", api);
  app.get("/:token", (context) => context.redirect(`/${gate.token}/`));
  app.get("/:token/*", (context) => pageFile(context, page));
  return app;
}

function tooLarge(context: StudioContext): Response {
  // What is still to come is not read: the connection ends with the answer.
  context.header("connection", "close");
  return refusal(context, 413, "too-large", `A request may have ${MOST_BODY / 2 ** 20} MiB at most.`);
}

function pageFile(context: StudioContext, page: ReadonlyMap<string, PageFile>): Response {
  const path = context.req.path.split("/").slice(2).join("/");
  const file = page.get(path === "" ? "index.html" : path);
  if (file) return context.body(file.bytes, 200, { "content-type": file.type });
  const unbuilt = page.size === 0 ? "The page was not built: run npm run build." : "There is nothing at this address.";
  return refusal(context, 404, "not-found", unbuilt);
}
