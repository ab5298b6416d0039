import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tracrReverse } from "@autocircuit/circuits";
import { PruneScores } from "@autocircuit/core";
import { acdc, edgeAttribution } from "@autocircuit/discovery";
import { describe, expect, it } from "vitest";
import { TestStudio } from "../../test/client.ts";
import type { DiscoverLine, DiscoverRequest, ScoreSet, Session } from "../api/index.ts";

const request: DiscoverRequest = {
  ...{ name: "found", algorithm: "acdc", options: { taus: [1e-3, 1e-2] }, ablation: "resample", promptCount: null },
};

async function valuesOf(studio: TestStudio, id: string): Promise<Float32Array> {
  const response = await fetch(studio.url(`api/score-sets/${id}/values`));
  return new Float32Array(await response.arrayBuffer());
}

describe("discovery", () => {
  it("gives the scores that the library gives, keeps them as a set and as a file", async () => {
    const out = mkdtempSync(join(tmpdir(), "studio-discover-"));
    await using task = await tracrReverse();
    const { model, train } = task;
    await using studio = await TestStudio.start(task, { out });
    const lines = await studio.lines<DiscoverLine>("api/discover", request);
    const last = lines.at(-1)!;
    if (last.type !== "done") throw new Error(JSON.stringify(last));
    const expected = await acdc(model, train, { taus: [1e-3, 1e-2] });
    expect(await valuesOf(studio, last.id)).toEqual(expected.values);
    const sets = await studio.get<ScoreSet[]>("api/score-sets");
    expect(sets.map(({ id, name, kind, isKnownCircuit: known }) => [id, name, kind, known])).toEqual([
      [last.id, "found", "scores", false],
    ]);
    expect(sets[0]!.origin).toContain('acdc {"taus":[0.001,0.01]');
    expect(readdirSync(out)).toEqual(["found.safetensors"]);
    expect((await PruneScores.load(join(out, "found.safetensors"))).values).toEqual(expected.values);
    await studio.lines<DiscoverLine>("api/discover", request);
    expect((await studio.get<ScoreSet[]>("api/score-sets")).map(({ name }) => name)).toEqual(["found", "found 2"]);
    expect(readdirSync(out).sort()).toEqual(["found 2.safetensors", "found.safetensors"]);
    // Another studio on the same folder leaves what is there.
    await using another = await TestStudio.start(task, { out });
    await another.lines<DiscoverLine>("api/discover", { ...request, algorithm: "random", options: {} });
    expect(readdirSync(out).sort()).toEqual(["found (2).safetensors", "found 2.safetensors", "found.safetensors"]);
    expect((await PruneScores.load(join(out, "found.safetensors"))).values).toEqual(expected.values);
    rmSync(out, { recursive: true });
  });

  it("runs on the first prompts where so many are asked for", async () => {
    await using task = await tracrReverse();
    await using studio = await TestStudio.start(task);
    const lines = await studio.lines<DiscoverLine>("api/discover", {
      ...{ ...request, algorithm: "edge-attribution", options: {}, promptCount: 20 },
    });
    const last = lines.at(-1)!;
    if (last.type !== "done") throw new Error(JSON.stringify(last));
    const whole = await edgeAttribution(task.model, task.train);
    expect(await valuesOf(studio, last.id)).not.toEqual(whole.values);
    expect((await studio.get<Session>("api/session")).scoreSets[0]!.origin).toContain("20 prompts");
  });

  it("takes the task's known circuit where an algorithm needs one", async () => {
    await using task = await tracrReverse();
    await using studio = await TestStudio.start(task);
    const lines = await studio.lines<DiscoverLine>("api/discover", {
      ...request,
      algorithm: "ground-truth",
      options: {},
    });
    const last = lines.at(-1)!;
    if (last.type !== "done") throw new Error(JSON.stringify(last));
    const values = await valuesOf(studio, last.id);
    expect(values.reduce((sum, value) => sum + value, 0)).toBe(task.knownEdgeCount);
  });

  it.each<[string, Partial<DiscoverRequest>, RegExp]>([
    ["an algorithm there is not", { algorithm: "acdb" }, /no algorithm "acdb".*acdc/],
    ["constructor", { algorithm: "constructor" }, /no algorithm/],
    ["an option there is not", { options: { tau: [1] } }, /no option "tau".*taus/],
    ["a callback", { options: { onSearch: "x" } }, /no option "onSearch"/],
    ["a signal", { options: { signal: {} } }, /no option "signal"/],
  ])("refuses %s before it begins", async (_, changes, message) => {
    await using task = await tracrReverse();
    await using studio = await TestStudio.start(task);
    const response = await studio.send("api/discover", { ...request, ...changes });
    expect(response.status).toBe(400);
    expect(((await response.json()) as { message: string }).message).toMatch(message);
  });

  it("tells of an option that cannot be as its last line", async () => {
    await using task = await tracrReverse();
    await using studio = await TestStudio.start(task);
    const lines = await studio.lines<DiscoverLine>("api/discover", { ...request, options: { taus: ["high"] } });
    expect(lines.at(-1)).toMatchObject({ type: "error", message: expect.stringContaining("`taus`") });
    expect(await studio.get("api/score-sets")).toEqual([]);
  });
});
