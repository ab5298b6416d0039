import { randomUUID } from "node:crypto";
import { type KindsOf, kind, signature, version } from "@autocircuit/base";
import type { GraphSession } from "../api/index.ts";
import { readAttributionGraph } from "./files/attribution-graph.ts";
import { addAttributionRoutes } from "./routes/attribution-routes.ts";
import { serve } from "./serve.ts";
import type { Studio } from "./studio.ts";

/** A graph of circuit-tracer's: what its file is called, and its JSON as it was parsed. */
export interface GivenGraph {
  readonly name: string;
  readonly json: unknown;
}

/** How a graph is served. */
export interface GraphViewerOptions {
  /** Default: any that is free. */
  readonly port?: number | undefined;
}

export const portKind = kind.such(
  "a port from 0 to 65535",
  (value) => kind.whole.accepts(value) && (value as number) <= 65535,
);

const check = signature("startGraphViewer", { graph: kind.required(kind.having("{ name, json }", "name", "json")) }, {
  port: portKind,
} satisfies KindsOf<GraphViewerOptions>);

/**
 * Serves a page on which an attribution graph of circuit-tracer is looked at. There is no model behind it: nothing is run.
 *
 * @throws AutocircuitError `bad-file` naming the entry that does not fit, `bad-input` for a port that is taken
 */
export async function startGraphViewer(graph: GivenGraph, options: GraphViewerOptions = {}): Promise<Studio> {
  check({ graph }, options);
  const read = readAttributionGraph(graph.json, graph.name);
  const session: GraphSession = { version, run: randomUUID(), title: read.title, graph: null };
  return serve(
    (api) => {
      api.get("/session", (context) => context.json(session));
      addAttributionRoutes(api, read);
    },
    options.port ?? 0,
    new AbortController(),
  );
}
