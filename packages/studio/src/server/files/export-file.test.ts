import { circuitOf, readCircuitFile, readEapIgCircuit, tracrReverse } from "@autocircuit/circuits";
import { edgeAttribution } from "@autocircuit/discovery";
import { describe, expect, it } from "vitest";
import { everything, TestStudio } from "../../../test/client.ts";
import { smallModel } from "../../../test/small-model.ts";
import type { ExportFormat, ExportRequest, Session } from "../../api/index.ts";

async function started() {
  const task = await tracrReverse();
  const scores = await edgeAttribution(task.model, task.train);
  const graph = { metadata: { slug: "g", prompt_tokens: ["a"], prompt: "a" }, nodes: [], links: [] };
  const studio = await TestStudio.start(task, {
    sets: [{ name: "eap", origin: "test", of: scores }],
    graph: { name: "g.json", json: graph },
  });
  const send = (format: ExportFormat, changes: Partial<ExportRequest> = {}) =>
    studio.send("api/export", {
      ...{ format, name: "mine", ablated: [], circuit: { ...everything, scores: "s1", size: 2 }, ...changes },
    });
  return { task, scores, studio, send };
}

describe("export", () => {
  it("writes circuits that the library reads again, without the clicked edges", async () => {
    const { task, scores, studio, send } = await started();
    await using _task = task;
    await using _studio = studio;
    const { graph } = task.model;
    const [first, second] = scores.top(2).map(({ index }) => index);
    const ours = await send("autocircuit");
    expect(ours.headers.get("content-disposition")).toBe('attachment; filename="mine.json"');
    const read = readCircuitFile(await ours.text(), "mine.json", { graph });
    expect([...circuitOf(read).indices].sort()).toEqual([first!, second!].sort());
    expect(read.scores[first!]).toBeCloseTo(scores.values[first!]!, 6);
    const eap = readEapIgCircuit(await (await send("eap-ig", { ablated: [first!] })).text(), "mine.json", { graph });
    expect([...circuitOf(eap).indices]).toEqual([second]);
    const bytes = await (await send("scores")).arrayBuffer();
    expect(Buffer.compare(Buffer.from(bytes), Buffer.from(scores.toBytes()))).toBe(0);
  });

  it("draws pictures, in which a name is no markup", async () => {
    const { task, studio, send } = await started();
    await using _task = task;
    await using _studio = studio;
    const svg = await (await send("svg")).text();
    expect(svg).toMatch(/^<svg .*<\/svg>\s*$/s);
    expect(svg).toContain("A3.0");
    const png = Buffer.from(await (await send("png", { dark: true })).arrayBuffer());
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    expect((await send("svg", { name: '"><script>' })).status).toBe(400);
  });

  it("marks columns of a picture by token that are named by the first prompt", async () => {
    const { model, prompts } = await smallModel({ byToken: true });
    using _model = model;
    const tokenLabels = [..."abcdef"].map((letter) => `word ${letter}`);
    const send = async (varyingTokens?: readonly number[]) => {
      await using studio = await TestStudio.start({ model, prompts, title: "t", tokenLabels, varyingTokens });
      const circuit = { ...everything, remove: [] };
      const request = { format: "svg", name: "mine", ablated: [], circuit };
      const session = await studio.get<Session>("api/session");
      return { session, svg: await (await studio.send("api/export", request)).text() };
    };
    const marked = await send([2]);
    expect(marked.session.prompts.varyingTokens).toEqual([2]);
    expect(marked.svg).toContain("word c*");
    expect(marked.svg).toContain("*: the first");
    expect((await send()).svg).not.toContain("*");
  });

  it("says what a format cannot hold", async () => {
    const { task, studio, send } = await started();
    await using _task = task;
    await using _studio = studio;
    const prompts = await send("prompts");
    expect([prompts.status, await prompts.json()]).toEqual([400, expect.objectContaining({ code: "bad-input" })]);
    expect((await send("pdf" as ExportFormat)).status).toBe(400);
  });
});

describe("an attribution graph", () => {
  it("is shown beside, from a file or as it is sent", async () => {
    const { task, studio } = await started();
    await using _task = task;
    await using _studio = studio;
    expect((await studio.get<Session>("api/session")).attributionGraph).toBe("g");
    expect(await studio.get("api/attribution-graph")).toMatchObject({ title: "g", tokens: ["a"], nodes: [] });
    const sent = { metadata: { prompt_tokens: ["b"] }, nodes: [], links: [] };
    expect(await studio.post("api/attribution-graph", sent)).toMatchObject({ title: "the file", prompt: "b" });
    expect((await studio.send("api/attribution-graph", { nodes: 1 })).status).toBe(400);
  });
});
