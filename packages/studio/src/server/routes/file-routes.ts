import type { Hono } from "hono";
import { exportFile } from "../files/export-file.ts";
import { StateFiles } from "../files/state-files.ts";
import type { StudioEnv } from "../http/bindings.ts";
import { jsonBody } from "../http/json-body.ts";
import { readRequest } from "../requests.ts";
import type { StudioState } from "../studio-state.ts";
import { addAttributionRoutes } from "./attribution-routes.ts";

/** What is kept in files, or given as one. */
export function addFileRoutes(api: Hono<StudioEnv>, state: StudioState): void {
  const { subject, sets, facts } = state;
  const states = new StateFiles(facts.savesTo);

  api.get("/states", async (context) => context.json(await states.list()));
  api.get("/states/:name", async (context) => context.json((await states.read(context.req.param("name"))) as object));
  api.put("/states/:name", async (context) => {
    await states.write(context.req.param("name"), await jsonBody(context));
    return context.body(null, 204);
  });

  api.post("/export", async (context) => {
    const { name, type, content } = await exportFile(subject, sets, readRequest.export(await jsonBody(context)));
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content);
    return context.body(bytes, 200, { "content-type": type, "content-disposition": `attachment; filename="${name}"` });
  });
  addAttributionRoutes(api, state.attributionGraph);
}
