import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readEapIgCircuit } from "@autocircuit/circuits";
import { PruneScores } from "@autocircuit/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { run, smallGpt2 } from "../../test/run-program.ts";

const folder = mkdtempSync(join(tmpdir(), "mib-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const scores = at("hist/scores.safetensors");
const measure = (...how: string[]) => run(["measure", "tracr-reverse", "--scores", scores, ...how]);

beforeAll(async () => {
  const how = ["--algorithm", "edge-attribution", "--out", at("hist"), "--curve", "none"];
  expect((await run(["discover", "tracr-reverse", ...how])).code).toBe(0);
});

it("prints and writes CPR, CMD and AUROC", async () => {
  const { code, out } = await measure("--mib", "--json", at("mib.json"));
  expect(code).toBe(0);
  const found = JSON.parse(readFileSync(at("mib.json"), "utf8"));
  expect(found.signed.points).toHaveLength(10);
  expect(found.signed.points.at(-1)).toMatchObject({ share: 1, asked: found.edgeCount });
  expect(found.signed.areas.linear.cpr).toBeGreaterThan(0);
  expect(found.auroc.absolute).toBeGreaterThan(0.5);
  expect(out).toMatch(/^CPR \S+ \(signed\), CMD \S+ \(absolute\), linear axis/m);
  expect(out).toMatch(/^│ scores +│ area over +│ CPR +│ CMD +│ average faithfulness │$/m);
  for (const axis of ["linear: share", "log: ln\\(share\\)"])
    expect(out.match(new RegExp(`^│ (signed|absolute) +│ ${axis} +│`, "gm"))).toHaveLength(2);
  expect(out).toMatch(/AUROC against the known circuit/);
  expect(found.truth).toBe(undefined);
});

it("writes a submission that reads back as the scores", async () => {
  const how = ["--mib", "--mib-folder", at("submission"), "--mib-name", "reverse_own"];
  const { code, out, err } = await measure(...how);
  const { graph, values } = await PruneScores.load(scores);
  if (graph.config.attnOnly) {
    expect([code, err]).toEqual([2, expect.stringMatching(/the model has no MLPs/)]);
    return;
  }
  expect([code, err]).toEqual([0, ""]);
  const path = at("submission/reverse_own/importances.json");
  expect(out).toContain(path);
  const back = await readEapIgCircuit(readFileSync(path, "utf8"));
  expect(Array.from(back.scores)).toEqual(Array.from(values));
});

it("says so where the model does the task worse than with every edge ablated", async () => {
  const notes = async (answers: (i: number) => number[], wrong_answers: (i: number) => number[]) => {
    const pair = (i: number) => ({ clean: [3 + i, 17, 42 - i], corrupt: [5, 18 + i, 42] });
    const prompts = Array.from({ length: 12 }, (_, i) => ({
      ...pair(i),
      answers: answers(i),
      wrong_answers: wrong_answers(i),
    }));
    writeFileSync(at("own.json"), JSON.stringify({ prompts }));
    const own = ["--model", smallGpt2, "--prompts", at("own.json")];
    const how = ["--algorithm", "edge-attribution", "--size", "5", "--curve", "none", "--out", at("own")];
    expect((await run(["discover", ...own, ...how])).code).toBe(0);
    const mib = ["--scores", at("own/scores.safetensors"), "--mib", "--json", at("own-mib.json")];
    const { out } = await run(["measure", ...own, ...mib]);
    const found = JSON.parse(readFileSync(at("own-mib.json"), "utf8"));
    expect(out.includes("note: The full model's logit difference is below")).toBe(found.full < found.empty);
    expect(found.notes).toHaveLength(found.full < found.empty ? 1 : 0);
    return found.notes.length;
  };
  const [some, other] = [(i: number) => [4 + (i % 3)], () => [16]];
  expect(await notes(some, other)).not.toBe(await notes(other, some));
});

it.each([
  ["sizes of one's own", ["--mib", "--sizes", "1,2"], /--mib decides itself what --sizes says/],
  ["a folder without it", ["--mib-folder", "x"], /--mib-folder is for the benchmark/],
  ["a name without a folder", ["--mib", "--mib-name", "ioi_gpt2"], /give that too/],
  ["a name that is none", ["--mib", "--mib-folder", "x", "--mib-name", "gpt2"], /TASK_MODEL/],
])("wrong usage: %s", async (_, how, message) => {
  const { code, err } = await measure(...how);
  expect([code, err]).toEqual([2, expect.stringMatching(message)]);
});
