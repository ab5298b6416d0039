import { describe, expect, it } from "vitest";
import type { AttributionGraph, GraphSession } from "../api/index.ts";
import { startGraphViewer } from "./start-graph-viewer.ts";

const json = { metadata: { slug: "g", prompt_tokens: ["a"], prompt: "a" }, nodes: [], links: [] };

describe("startGraphViewer", () => {
  it("answers the graph and nothing that needs a model, to those who have the token", async () => {
    await using viewer = await startGraphViewer({ name: "graph.json", json });
    const get = (path: string, from = viewer.address) => fetch(new URL(path, from));
    expect((await (await get("api/session")).json()) as GraphSession).toMatchObject({ title: "g", graph: null });
    expect((await (await get("api/attribution-graph")).json()) as AttributionGraph).toMatchObject({ tokens: ["a"] });
    for (const path of ["score-sets", "prompts", "states"]) expect((await get(`api/${path}`)).status).toBe(404);
    const wrong = new URL(`/${"x".repeat(22)}/`, viewer.address).href;
    for (const path of ["api/session", "api/attribution-graph"])
      expect([401, 403]).toContain((await get(path, wrong)).status);
    const { address } = viewer;
    await viewer.close();
    await expect(fetch(address)).rejects.toThrow();
  });

  it("refuses what is no graph, and what is no port", async () => {
    await expect(startGraphViewer({ name: "x.json", json: {} })).rejects.toThrow(/x\.json: no graph of circuit-tracer/);
    await expect(startGraphViewer({ name: "x.json", json }, { port: 70_000 })).rejects.toThrow(/port/);
    await expect(startGraphViewer({} as never)).rejects.toThrow(/name, json/);
  });
});
