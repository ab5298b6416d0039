import type { ScoreSet } from "../../api/index.ts";
import { getJson, jsonInit, postJson, request } from "./http.ts";
import { lines } from "./ndjson.ts";
import type { StudioApi } from "./studio-api.ts";

/** The server's answers. */
export const serverApi: StudioApi = {
  live: true,
  session: (signal) => getJson("api/session", signal),
  scoreSets: () => getJson<readonly ScoreSet[]>("api/score-sets"),
  values: async (id, signal) => {
    const response = await request(`api/score-sets/${encodeURIComponent(id)}/values`, signal ? { signal } : {});
    return floats(await response.arrayBuffer());
  },
  prompts: (from, count) => getJson(`api/prompts?from=${from}&count=${count}`),
  run: (body, signal) => postJson("api/run", body, signal),
  evaluate: (body, signal) => lines("api/evaluate", body, signal),
  tokens: (body, signal) => postJson("api/tokens", body, signal),
  generate: (body, signal) => lines("api/generate", body, signal),
  attention: (body, signal) => postJson("api/attention", body, signal),
  exportFile: async (body) => (await request("api/export", jsonInit("POST", body))).blob(),
  attributionGraph: () => getJson("api/attribution-graph"),
  readAttributionGraph: async (file) => {
    const headers = { "content-type": "application/json" };
    return (await request("api/attribution-graph", { method: "POST", body: file, headers })).json();
  },
  states: () => getJson("api/states"),
  readState: (name) => getJson(`api/states/${encodeURIComponent(name)}`),
  writeState: async (name, state) => {
    await request(`api/states/${encodeURIComponent(name)}`, jsonInit("PUT", state));
  },
  discover: (body, signal) => lines("api/discover", body, signal),
};

/** Little-endian float32 numbers of a buffer. */
export function floats(buffer: ArrayBuffer): Float32Array {
  const view = new DataView(buffer);
  const values = new Float32Array(buffer.byteLength / 4);
  for (let i = 0; i < values.length; i++) values[i] = view.getFloat32(i * 4, true);
  return values;
}
