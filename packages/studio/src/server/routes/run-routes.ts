import type { Hono } from "hono";
import { attentionOf } from "../attention.ts";
import { evaluate } from "../data-set/evaluate.ts";
import { discover } from "../discover.ts";
import { generate } from "../generate.ts";
import type { StudioContext, StudioEnv } from "../http/bindings.ts";
import { jsonBody } from "../http/json-body.ts";
import { ndjson } from "../http/ndjson.ts";
import { Newest } from "../queue/newest.ts";
import { priorities } from "../queue/work-queue.ts";
import { readRequest } from "../requests.ts";
import { runPrompt } from "../run.ts";
import type { StudioState } from "../studio-state.ts";
import { clientSignal } from "./client-signal.ts";

/** What runs the model. */
export function addRunRoutes(api: Hono<StudioEnv>, state: StudioState): void {
  const { queue, runs, sets, means, closing } = state;

  const newestRun = new Newest();
  api.post("/run", async (context) => {
    const request = readRequest.run(await jsonBody(context));
    const signal = clientSignal(context, newestRun, closing);
    await means.prepare(request.ablation, signal);
    return context.json(await queue.run(priorities.prompt, signal, () => runPrompt(runs, sets, request, signal)));
  });

  /** A path whose answer is a line of JSON after the other. */
  const stream = <Request>(
    path: string,
    read: (body: unknown) => Request,
    work: (state: StudioState, request: Request, signal: AbortSignal) => AsyncGenerator<object, void, void>,
  ) => {
    const newest = new Newest();
    api.post(path, async (context: StudioContext) => {
      const request = read(await jsonBody(context));
      const gone = new AbortController();
      const signal = AbortSignal.any([gone.signal, clientSignal(context, newest, closing)]);
      return ndjson(context, work(state, request, signal), gone);
    });
  };
  stream("/evaluate", readRequest.evaluate, evaluate);
  stream("/generate", readRequest.generate, generate);
  stream("/discover", readRequest.discover, discover);

  const newestAttention = new Newest();
  api.post("/attention", async (context) => {
    const request = readRequest.attention(await jsonBody(context));
    const signal = clientSignal(context, newestAttention, closing);
    return context.json(await queue.run(priorities.prompt, signal, () => attentionOf(runs, sets, request, signal)));
  });
}
