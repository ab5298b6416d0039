import { PAGE_HEADER, SEQUENCE_HEADER } from "../../api/headers.ts";
import { isAborted, Refusal, ServerGone } from "./errors.ts";

/** Told of each answer (true) and of each time that the server did not answer (false). */
let onReach: (reached: boolean) => void = () => {};

/** Who is told whether the server answers. */
export function watchServer(watch: (reached: boolean) => void): void {
  onReach = watch;
}

/** Which page (tab) this is, and how many requests went to each path: a newer one ends those before it on the server too. */
const page = crypto.randomUUID();
const sequences = new Map<string, number>();

/**
 * A request to the server beside this page: addresses are relative, so the token in the page's own address goes along.
 *
 * @throws Refusal with the library's text, ServerGone where nobody answers, a DOMException `AbortError` if taken back.
 */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(new URL(path, document.baseURI), { ...init, cache: "no-store", redirect: "error" });
  } catch (error) {
    if (isAborted(error)) throw error;
    onReach(false);
    throw new ServerGone();
  }
  onReach(true);
  if (!response.ok) throw await refusal(response);
  return response;
}

/** Reads JSON. */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await request(path, signal ? { signal } : {})).json() as Promise<T>;
}

/** Sends JSON and reads JSON. */
export async function postJson<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  return (await request(path, jsonInit("POST", body, signal, path))).json() as Promise<T>;
}

/**
 * A request with a body of JSON.
 *
 * @param only - the path, where only its newest request is of interest
 */
export function jsonInit(method: string, body: unknown, signal?: AbortSignal, only?: string): RequestInit {
  const numbered: Record<string, string> = {};
  if (only !== undefined) {
    const sequence = sequences.get(only) ?? 0;
    sequences.set(only, sequence + 1);
    numbered[PAGE_HEADER] = page;
    numbered[SEQUENCE_HEADER] = String(sequence);
  }
  return {
    method,
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", ...numbered },
    ...(signal && { signal }),
  };
}

async function refusal(response: Response): Promise<Refusal> {
  const text = await response.text();
  try {
    const { code, message } = JSON.parse(text) as { code?: unknown; message?: unknown };
    if (typeof message === "string") return new Refusal(String(code), message, response.status);
  } catch {
    // Not ours: told below with its status.
  }
  return new Refusal("status", `The server answered ${response.status} ${response.statusText}.`, response.status);
}
