import { AutocircuitError } from "@autocircuit/base";
import { throwIfAborted } from "@autocircuit/core";
import type { Hub } from "./hub.ts";

/** A failure that may not come again: no connection, a stall, an answer cut short, a server in trouble. */
export class TransientError extends Error {
  override readonly name = "TransientError";
}

const NOT_WRITABLE: ReadonlySet<unknown> = new Set(["EACCES", "EPERM", "EROFS", "EEXIST", "ENOTDIR"]);

/** What a request was for, as errors tell it. */
export interface RequestContext {
  readonly hub: Hub;
  /** `owner/name` */
  readonly model: string;
  readonly revision: string;
  /** The file, for a download. */
  readonly file?: string;
}

/** The error for an answer that is not a success. */
export function statusError(status: number, message: string, { hub, model, revision, file }: RequestContext): Error {
  const what = subject(model, file);
  const said = `${hub.endpoint} answered ${status}${message === "" ? "" : ` (${message})`}`;
  if (status === 408 || status === 429 || status >= 500) return new TransientError(said);
  const fail = (advice: string) => new AutocircuitError("not-found", `${what}: ${said}. ${advice}`);
  if (status === 401 || status === 403) {
    const cause =
      file === undefined
        ? "There is no such public model. If the name is right, it is private or gated"
        : "The model is gated";
    return fail(
      `${cause}: accept its licence at ${hub.endpoint}/${model}, and set HF_TOKEN to a token of that account.`,
    );
  }
  if (status === 404) return fail(`Is the name right, and is there a revision ${JSON.stringify(revision)}?`);
  return fail("Give the folder of a local copy instead, or set HF_ENDPOINT to a mirror.");
}

/** The same for what a request threw: errors of the network become {@link TransientError}s, all others stay what they are. */
export function requestError(error: unknown, context: RequestContext, stalled: boolean): Error {
  throwIfAborted(context.hub.signal);
  const { endpoint, stallTimeout } = context.hub;
  if (stalled) return new TransientError(`${endpoint} sent nothing for ${stallTimeout / 1000} s`);
  if (error instanceof AutocircuitError || error instanceof TransientError) return error;
  if (!(error instanceof Error)) return new Error(String(error));
  if ("statusCode" in error) return statusError(Number(error.statusCode), hubMessage(error), context);
  if ("code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT")) {
    const where = context.file === undefined ? context.model : `${context.model}: ${context.file}`;
    const advice = "Free some space, or set AUTOCIRCUIT_MODELS to a folder on another disk; what is there is kept";
    return new AutocircuitError("out-of-memory", `${where}: the disk is full. ${advice}.`, { cause: error });
  }
  if ("code" in error && NOT_WRITABLE.has(error.code)) {
    const advice = "Set AUTOCIRCUIT_MODELS to a folder that can be written";
    const problem = `${context.model}: cannot be stored: ${error.message}. ${advice}.`;
    return new AutocircuitError("bad-input", problem, { cause: error });
  }
  if (error instanceof SyntaxError) return new TransientError(`${endpoint} sent no JSON`, { cause: error });
  if (isNetworkError(error))
    return new TransientError(`the connection to ${endpoint} failed (${networkReason(error)})`, { cause: error });
  return error;
}

/** The error when retries did not help. */
export function unreachable(reason: TransientError, { model, file }: RequestContext): AutocircuitError {
  const what = subject(model, file);
  return new AutocircuitError(
    "not-found",
    `${what}: could not be fetched: ${reason.message}. Try again to go on where it stopped, give the folder of a local copy, or set HF_ENDPOINT to a mirror.`,
    { cause: reason },
  );
}

/** A name may have been meant as a folder. */
function subject(model: string, file: string | undefined): string {
  return file === undefined ? `${model} (no folder here, so looked for on the hub)` : `${model}: ${file}`;
}

/** What the hub itself said, without the address that the library adds. */
function hubMessage(error: Error): string {
  const [first] = error.message.split(". URL: ");
  return first === undefined || first.startsWith("Api error") ? "" : first.replace(/\.$/, "");
}

/** `fetch` reports every trouble of a connection as a TypeError whose cause has a code. */
function isNetworkError(error: Error): boolean {
  return error instanceof TypeError && (error.cause instanceof Error || /fetch failed|terminated/.test(error.message));
}

function networkReason(error: Error): string {
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return "code" in cause ? String(cause.code) : cause.message;
}
