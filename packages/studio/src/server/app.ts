import { AutocircuitError } from "@autocircuit/base";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { PAGE_HEADER, SEQUENCE_HEADER } from "../api/headers.ts";
import type { StudioContext, StudioEnv } from "./http/bindings.ts";
import { type Gate, gatekeeper } from "./http/gatekeeper.ts";
import { goneSignal } from "./http/gone-signal.ts";
import { jsonBody } from "./http/json-body.ts";
import { openRequests } from "./http/open-requests.ts";
import { errorResponse, refusal } from "./http/refusal.ts";
import { SECURITY_HEADERS } from "./http/security-headers.ts";
import type { PageFile } from "./page-files.ts";
import { promptList, tokensAnswer } from "./prompts.ts";
import { readRequest } from "./requests.ts";
import { runPrompt } from "./run.ts";
import { sessionOf } from "./session.ts";
import type { StudioState } from "./studio-state.ts";
import { Newest } from "./work/newest.ts";
import { priorities } from "./work/work-queue.ts";

/** Bytes of a body at most. */
const MOST_BODY = 8 * 2 ** 20;
/** Requests open at once, streams included. A page has a few. */
const MOST_OPEN = 64;

/** All paths of the server, behind the gate. */
export function studioApp(state: StudioState, gate: Gate, page: ReadonlyMap<string, PageFile>): Hono<StudioEnv> {
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
  app.route("/:token/api", apiOf(state));
  app.get("/:token", (context) => context.redirect(`/${gate.token}/`));
  app.get("/:token/*", (context) => pageFile(context, page));
  return app;
}

function apiOf(state: StudioState): Hono<StudioEnv> {
  const { subject, sets, runs, queue } = state;
  const api = new Hono<StudioEnv>();
  const newest = { run: new Newest() };

  api.get("/session", (context) => context.json(sessionOf(subject, sets, state.facts)));
  api.get("/score-sets", (context) => context.json(sets.list()));
  api.get("/score-sets/:id/values", (context) => {
    const { scores } = sets.get(context.req.param("id"));
    return context.body(littleEndian(scores.values), 200, { "content-type": "application/octet-stream" });
  });
  api.get("/prompts", (context) => {
    const number = (name: string, usual: number) => wholeQuery(context, name, usual);
    return context.json(promptList(subject, number("from", 0), number("count", 100)));
  });
  api.post("/tokens", async (context) =>
    context.json(tokensAnswer(subject, readRequest.tokens(await jsonBody(context)))),
  );
  api.post("/run", async (context) => {
    const request = readRequest.run(await jsonBody(context));
    const signal = signalOf(context, newest.run, state.closing);
    return context.json(await queue.run(priorities.prompt, signal, () => runPrompt(runs, sets, request, signal)));
  });
  return api;
}

/** Fires when the client is gone, when its page asked for something newer, and when the server closes. */
function signalOf(context: StudioContext, newest: Newest, closing: AbortSignal): AbortSignal {
  const signals = [closing, goneSignal(context)];
  const page = context.req.header(PAGE_HEADER);
  const sequence = context.req.header(SEQUENCE_HEADER);
  if (page === undefined && sequence === undefined) return AbortSignal.any(signals);
  if (!/^[A-Za-z0-9-]{1,64}$/.test(page ?? "") || !/^\d{1,15}$/.test(sequence ?? ""))
    throw new AutocircuitError(
      "bad-input",
      `${PAGE_HEADER} must be at most 64 letters and digits, ${SEQUENCE_HEADER} a whole number; give both or neither.`,
    );
  return AbortSignal.any([...signals, newest.take({ page: page!, sequence: Number(sequence) })]);
}

function wholeQuery(context: StudioContext, name: string, usual: number): number {
  const text = context.req.query(name);
  if (text === undefined) return usual;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new AutocircuitError(
    "bad-input",
    `\`${name}\` must be a whole number of at least 0, not ${JSON.stringify(text.slice(0, 40))}.`,
  );
}

function littleEndian(values: Float32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [place, value] of values.entries()) view.setFloat32(place * 4, value, true);
  return bytes;
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
  const built = page.size > 0;
  return refusal(
    context,
    404,
    "not-found",
    built ? "There is nothing at this address." : "The page was not built: run npm run build.",
  );
}
