import { startGraphViewer, startStudio } from "@autocircuit/studio";
import type { PublicCall } from "./public-call.ts";

/** Valid calls of the functions that serve a studio; what is wrong with them is seen before anything is served. */
export const studioCalls: Readonly<Record<string, PublicCall>> = {
  startStudio: { takes: { subject: { model: {} } }, call: (t, o) => startStudio(t.subject, o) },
  startGraphViewer: {
    takes: { graph: { name: "graph.json", json: {} } },
    call: (t, o) => startGraphViewer(t.graph, o),
  },
};
