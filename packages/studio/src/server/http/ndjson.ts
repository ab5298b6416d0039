import type { StudioContext } from "./bindings.ts";
import { errorAnswer } from "./refusal.ts";

/** An empty line goes out so often where nothing else does, so that a connection at work is not taken for a dead one. */
const ALIVE_MS = 5_000;

/**
 * Answers with a line of JSON for each of what comes. The next is asked for once the last was taken, so a client that does not read holds
 * up nothing but itself. An error becomes the last line; a client that goes away ends the work.
 *
 * @param abort fires when the client is gone; what makes the lines should look at its signal
 */
export function ndjson<T extends object>(
  context: StudioContext,
  lines: AsyncIterator<T, void, void>,
  abort: AbortController,
): Response {
  const encoder = new TextEncoder();
  let pending: Promise<IteratorResult<T, void>> | undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          pending ??= lines.next();
          const next = await orAlive(pending);
          if (next === "alive") return controller.enqueue(encoder.encode("\n"));
          pending = undefined;
          if (next.done) return controller.close();
          controller.enqueue(encoder.encode(`${JSON.stringify(next.value)}\n`));
        } catch (error) {
          controller.enqueue(encoder.encode(`${JSON.stringify({ type: "error", ...errorAnswer(error) })}\n`));
          controller.close();
        }
      },
      async cancel() {
        abort.abort(new Error("The connection was closed."));
        // What is on its way ends with an error that nobody waits for.
        pending?.catch(() => undefined);
        await lines.return?.();
      },
    },
    { highWaterMark: 1 },
  );
  return context.body(body, 200, { "content-type": "application/x-ndjson; charset=utf-8" });
}

async function orAlive<T>(pending: Promise<T>): Promise<T | "alive"> {
  let timer: NodeJS.Timeout | undefined;
  const alive = new Promise<"alive">((resolve) => {
    timer = setTimeout(() => resolve("alive"), ALIVE_MS);
  });
  try {
    return await Promise.race([pending, alive]);
  } finally {
    clearTimeout(timer);
  }
}
