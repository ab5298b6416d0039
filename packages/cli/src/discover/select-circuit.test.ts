import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PruneScores } from "@autocircuit/core";
import { selectExact, selectGreedy, selectTop } from "@autocircuit/discovery";
import { afterAll, expect, it } from "vitest";
import { run, smallGpt2 } from "../../test/run-program.ts";
import type { DiscoverResult } from "./result.ts";

const folder = mkdtempSync(join(tmpdir(), "select-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const json = () => JSON.parse(readFileSync(at("out.json"), "utf8")) as DiscoverResult;
const discover = (...how: string[]) =>
  run(["discover", "tracr-reverse", "--out", at("out"), "--json", at("out.json"), "--curve", "none", ...how]);
const sized = ["--algorithm", "eap-ig-inputs", "--size", "8", "--bootstrap", "0"];

it.each(["greedy", "exact"])("%s gives a circuit without dead ends, of at most the size", async (how) => {
  expect((await discover(...sized, "--select", how)).code).toBe(0);
  const { circuit, dangling, options, notes } = json();
  expect(options).toMatchObject({ select: how, size: 8, steps: 5, loss: "answers", gradFunction: "logit" });
  expect(circuit.length).toBeGreaterThan(0);
  expect(circuit.length).toBeLessThanOrEqual(8);
  expect(dangling).toBe(0);
  expect(notes.join()).not.toContain("not proven");
});

it("gives the greedy circuit where the search for the best one has no time, and says so", async () => {
  const { code, out } = await discover(...sized, "--select", "exact", "--select-seconds", "1e-6");
  const { circuit, notes } = json();
  expect(code).toBe(0);
  expect(out).toMatch(
    /that of greedy selection, as nothing better was found in 0\.000001 s: .* no circuit of 8 edges has more than \d/,
  );
  expect(notes.join()).not.toContain("Infinity");
  await discover(...sized, "--select", "greedy");
  expect(circuit).toEqual(json().circuit);
});

it.each([
  [
    "a search for few edges",
    ["--algorithm", "relp", "--keep", "1", "--select", "exact"],
    /give --size instead of --keep/,
  ],
  [
    "signed scores where answers are kept",
    ["--algorithm", "relp", "--keep", "1", "--rank", "signed"],
    /--rank signed .* give --size instead of --keep/,
  ],
  ["time for what takes none", [...sized, "--select-seconds", "3"], /give --select exact too/],
  ["infinite scores", ["--select", "exact"], /a sum of scores needs finite ones/],
  [
    "a size that connects nothing",
    ["--algorithm", "relp", "--size", "0", "--select", "exact"],
    /a connected circuit has at least one edge/,
  ],
  ["an unknown way", ["--select", "best"], /Allowed choices are top, greedy, exact/],
])("refuses %s", async (_, how, message) => {
  const { code, err } = await discover(...how);
  expect([code, err]).toEqual([2, expect.stringMatching(message)]);
});

it("speaks of no --keep where none was given", async () => {
  const pair = { clean: [3, 17, 42], corrupt: [5, 18, 42], answers: [4], wrong_answers: [9] };
  writeFileSync(at("prompts.json"), JSON.stringify({ prompts: Array.from({ length: 4 }, () => pair) }));
  const own = ["discover", "--model", smallGpt2, "--prompts", at("prompts.json"), "--algorithm", "relp"];
  const selected = await run([...own, "--select", "exact", "--out", at("own")]);
  expect([selected.code, selected.err]).toEqual([2, expect.stringMatching(/by their scores: give --size\.$/m)]);
  const sure = await run([...own, "--bootstrap", "200", "--out", at("own")]);
  expect([sure.code, sure.err]).toEqual([
    2,
    expect.stringMatching(/the default where no circuit is known\) .* give --size\.$/m),
  ]);
});

it.each([
  ["top", (scores: PruneScores) => selectTop(scores, 8, { rank: "signed", prune: false })],
  ["greedy", (scores: PruneScores) => selectGreedy(scores, 8, { rank: "signed" })],
  ["exact", (scores: PruneScores) => selectExact(scores, 8, { rank: "signed" })],
] as const)("by signed scores: %s", async (select, expected) => {
  expect((await discover(...sized, "--rank", "signed", "--select", select)).code).toBe(0);
  const { circuit, options, notes } = json();
  const scores = await PruneScores.load(at("out/scores.safetensors"));
  const names = (edges: Iterable<{ name: string }>) => Array.from(edges, ({ name }) => name).toSorted();
  expect(names(circuit.map(({ edge }) => ({ name: edge })))).toEqual(names(await expected(scores)));
  expect(options).toMatchObject({ select, rank: "signed", size: 8 });
  const last = Math.min(...circuit.map(({ score }) => score));
  const tied = scores.values.filter((score) => score === last).length > circuit.filter((e) => e.score === last).length;
  if (select === "top") expect(notes.some((line) => /more edges have the score/.test(line))).toBe(tied);
  await discover(...sized, "--select", select);
  expect(json().options).not.toHaveProperty("rank");
});

it("the report's curve follows --rank, and a note says where it does not follow --select", async () => {
  const pair = (i: number) => ({ clean: [3 + i, 17, 42], corrupt: [5, 18 + i, 42], answers: [4], wrong_answers: [9] });
  writeFileSync(at("own.json"), JSON.stringify({ prompts: Array.from({ length: 4 }, (_, i) => pair(i)) }));
  const own = ["discover", "--model", smallGpt2, "--prompts", at("own.json"), "--algorithm", "relp", "--size", "8"];
  const reported = async (...how: string[]) => {
    const { code, out } = await run([...own, "--bootstrap", "0", "--curve", "full", "--out", at("own"), ...how]);
    expect(code).toBe(0);
    const curve = /<h2>By number of edges.*?(?=<h2>)/s.exec(readFileSync(at("own/report.html"), "utf8"))![0];
    return { said: out.replaceAll(/\s+/g, " "), curve };
  };
  const note = /curve has the circuits of the edges that rank highest, size by size, not those that --select greedy/;
  const absolute = await reported();
  const signed = await reported("--rank", "signed");
  expect((await reported()).curve).toBe(absolute.curve);
  expect(signed.curve).not.toBe(absolute.curve);
  expect(absolute.said + signed.said).not.toMatch(note);
  const greedy = await reported("--select", "greedy");
  expect(greedy.said).toMatch(note);
});

it("a share of all edges is a size", async () => {
  const how = ["--algorithm", "relp", "--bootstrap", "0", "--size"];
  for (const select of ["top", "greedy"]) {
    expect((await discover(...how, "10%", "--select", select)).code).toBe(0);
    const { circuit } = json();
    await discover(...how, "7", "--select", select);
    expect(json().circuit).toEqual(circuit);
  }
  expect(readFileSync(at("out/report.html"), "utf8")).toContain("--size 7");
  const none = await discover(...how, "1%");
  expect([none.code, none.err]).toEqual([2, expect.stringMatching(/77 edges is less than one/)]);
  const wrong = await discover(...how, "0.2");
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringMatching(/such as 20%/)]);
});

it("edge attribution goes by the name that papers have for it, too", async () => {
  const how = ["--size", "8", "--bootstrap", "0"];
  expect((await discover("--algorithm", "eap", ...how)).code).toBe(0);
  const { algorithm, circuit } = json();
  await discover("--algorithm", "edge-attribution", ...how);
  expect({ algorithm, circuit }).toEqual({ algorithm: "edge-attribution", circuit: json().circuit });
});
