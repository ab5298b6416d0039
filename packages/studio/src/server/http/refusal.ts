import { AutocircuitError } from "@autocircuit/base";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ErrorAnswer } from "../../api/index.ts";
import type { StudioContext } from "./bindings.ts";

/** Answers that a request is refused, and why. */
export function refusal(context: StudioContext, status: ContentfulStatusCode, code: string, message: string): Response {
  return context.json({ code, message } satisfies ErrorAnswer, status);
}

/** An error as the page is told of it. */
export function errorAnswer(error: unknown): ErrorAnswer {
  if (error instanceof AutocircuitError) return { code: error.code, message: error.message };
  const { message } = error instanceof Error ? error : new Error(String(error));
  return { code: "internal", message: `The server failed at this: ${message}` };
}

/** Answers an error: what the library refuses is the request's fault, anything else the server's. */
export function errorResponse(context: StudioContext, error: unknown): Response {
  const { code, message } = errorAnswer(error);
  return refusal(context, statusOf(code), code, message);
}

function statusOf(code: string): ContentfulStatusCode {
  switch (code) {
    case "not-found":
      return 404;
    case "aborted":
      return 409;
    case "internal":
    case "native":
    case "addon":
    case "libtorch":
    case "device":
    case "disposed":
      return 500;
    case "out-of-memory":
      return 507;
    default:
      return 400;
  }
}
