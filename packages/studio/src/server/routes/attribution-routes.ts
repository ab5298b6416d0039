import type { Hono } from "hono";
import type { AttributionGraph } from "../../api/index.ts";
import { readAttributionGraph } from "../files/attribution-graph.ts";
import type { StudioEnv } from "../http/bindings.ts";
import { jsonBody } from "../http/json-body.ts";
import { refusal } from "../http/refusal.ts";

/** Graphs of circuit-tracer: the one that was given, and files of the page's. */
export function addAttributionRoutes(api: Hono<StudioEnv>, given: AttributionGraph | null): void {
  api.get("/attribution-graph", (context) =>
    given
      ? context.json(given)
      : refusal(
          context,
          404,
          "not-found",
          "No attribution graph was opened: start the studio with --attribution-graph FILE.",
        ),
  );
  api.post("/attribution-graph", async (context) =>
    context.json(readAttributionGraph(await jsonBody(context), "the file")),
  );
}
