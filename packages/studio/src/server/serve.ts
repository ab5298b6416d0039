import { randomBytes } from "node:crypto";
import { type AddRoutes, studioApp } from "./app.ts";
import { listen } from "./http/listen.ts";
import { readPageFiles } from "./page-files.ts";
import type { Studio } from "./studio.ts";

/**
 * Serves the page, and answers under `api/` what the routes say, to those who have the token.
 *
 * @param port 0 for any that is free
 * @param closing aborted when the studio is closed, before its connections are
 * @param free called once nothing is open any more
 * @throws AutocircuitError `bad-input` for a port that is taken
 */
export async function serve(
  addRoutes: AddRoutes,
  port: number,
  closing: AbortController,
  free: () => Promise<void> = async () => undefined,
): Promise<Studio> {
  const token = randomBytes(16).toString("base64url");
  const app = studioApp(addRoutes, { token, port: () => listening.port }, readPageFiles());
  const listening = await listen(app.fetch, port);
  const { server } = listening;
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= (async () => {
      closing.abort(new Error("The studio was closed."));
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await free();
    })();
    return closed;
  };
  const address = `http://127.0.0.1:${listening.port}/${token}/`;
  return { address, port: listening.port, close, [Symbol.asyncDispose]: close };
}
