import { AutocircuitError } from "@autocircuit/base";
import type { StudioContext } from "./bindings.ts";

/**
 * The JSON that came with a request.
 *
 * @throws AutocircuitError `bad-input` for what is no JSON, or comes as something else: a form of another page's cannot say that it is JSON
 */
export async function jsonBody(context: StudioContext): Promise<unknown> {
  const type = context.req.header("content-type") ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type))
    throw new AutocircuitError("bad-input", "The body must be JSON, with content-type application/json.");
  try {
    return JSON.parse(await context.req.text());
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new AutocircuitError("bad-input", `The body is no JSON: ${cause.message}.`, { cause });
  }
}
