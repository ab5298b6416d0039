import { jsonInit, request } from "./http.ts";

/** Sends JSON and gives each line of JSON of the answer as it comes. Ending the loop early closes the connection. */
export async function* lines<T>(path: string, body: unknown, signal: AbortSignal): AsyncGenerator<T> {
  const response = await request(path, jsonInit("POST", body, signal, path));
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += value ?? "";
      const parts = rest.split("\n");
      rest = done ? "" : parts.pop()!;
      for (const part of parts) if (part.trim() !== "") yield JSON.parse(part) as T;
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
