import { AutocircuitError } from "@autocircuit/base";
import type { Hono } from "hono";
import type { StudioContext, StudioEnv } from "../http/bindings.ts";
import { jsonBody } from "../http/json-body.ts";
import { promptList, tokensAnswer } from "../prompts.ts";
import { readRequest } from "../requests.ts";
import { sessionOf } from "../session.ts";
import type { StudioState } from "../studio-state.ts";

/** What the page asks without anything being run. */
export function addReadRoutes(api: Hono<StudioEnv>, { subject, sets, facts }: StudioState): void {
  api.get("/session", (context) => context.json(sessionOf(subject, sets, facts)));
  api.get("/score-sets", (context) => context.json(sets.list()));
  api.get("/score-sets/:id/values", (context) => {
    const { scores } = sets.get(context.req.param("id"));
    return context.body(littleEndian(scores.values), 200, { "content-type": "application/octet-stream" });
  });
  api.get("/prompts", (context) => {
    const [from, count] = [wholeQuery(context, "from", 0), wholeQuery(context, "count", 100)];
    return context.json(promptList(subject, from, count));
  });
  api.post("/tokens", async (context) =>
    context.json(tokensAnswer(subject, readRequest.tokens(await jsonBody(context)))),
  );
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
  for (let place = 0; place < values.length; place++) view.setFloat32(place * 4, values[place]!, true);
  return bytes;
}
