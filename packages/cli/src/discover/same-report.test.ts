import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatDiscoveryFile, ownTask } from "@autocircuit/circuits";
import { PruneScores } from "@autocircuit/core";
import {
  type FindCircuitOptions,
  type FoundStability,
  findCircuit,
  findSpanCircuit,
  foundStability,
  reportAccuracy,
  reportOf,
  type StabilityOptions,
  spanReportOf,
  stabilityNotes,
  stabilityPlan,
} from "@autocircuit/discovery";
import { measureCircuits } from "@autocircuit/metrics";
import { circuitText, reportHtml } from "@autocircuit/report";
import { afterAll, expect, it } from "vitest";
import { writeOverflowModel } from "../../test/overflow-model.ts";
import { run } from "../../test/run-program.ts";
import { writeWideGpt2 } from "../../test/wide-gpt2.ts";
import { kebabOf } from "../support/flag-of.ts";
import { inFlagNames } from "../support/in-flags.ts";
import type { DiscoverResult } from "./result.ts";
import type { SpanResult } from "./spans/span-result.ts";

const folder = mkdtempSync(join(tmpdir(), "same-report-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const read = (name: string) => JSON.parse(readFileSync(at(name), "utf8"));

const [model, prompts] = [at("words"), at("prompts.json")];
await writeOverflowModel(model, 1);
// The first pair says nothing.
const pairs = Array.from({ length: 8 }, (_, row) => {
  const clean = [row % 4, row + 2, 7, row + 4];
  const corrupt = row === 0 ? clean : clean.map((id) => (id + 1) % 12);
  return { clean, corrupt, answers: [row % 4], wrong_answers: [(row % 4) + 5] };
});
writeFileSync(prompts, JSON.stringify({ prompts: pairs }));
const own = ["--model", model, "--prompts", prompts];

const nowhere = "Resid Start->A0.0.Q,Resid Start->A0.1.Q,A0.1->Resid End";
const dangles = ["--algorithm", "ground-truth", "--set", `edges=${nowhere}`, "--size", "3"];
const dangling = { algorithm: "ground-truth", options: { edges: nowhere.split(",") }, size: 3 } as const;

it.each<[string, string[], FindCircuitOptions, RegExp]>([
  ["edges that lead nowhere", dangles, dangling, /1 of the 3 edges lead nowhere.*`prune` leaves them out/],
  ["those left out", [...dangles, "--prune"], { ...dangling, prune: true }, /They are left out, 2 are left/],
  [
    "a curve of other circuits",
    ["--algorithm", "relp", "--size", "4", "--select", "greedy"],
    { algorithm: "relp", size: 4, select: "greedy" },
    /not those that `select: "greedy"` would choose/,
  ],
  [
    "ties",
    ["--algorithm", "ground-truth", "--set", `edges=${nowhere}`, "--size", "2"],
    { ...dangling, size: 2 },
    /tie/,
  ],
])("a program's report has the notes of the command's: %s", async (_, flags, options, expected) => {
  const how = ["--bootstrap", "0", "--curve", "full", "--out", at("out"), "--json", at("out.json")];
  const { code, out } = await run(["discover", ...own, ...flags, ...how]);
  expect(code).toBe(0);
  const written = read("out.json") as DiscoverResult;

  await using task = await ownTask(model, prompts);
  const found = await findCircuit(task, options);
  const { notes } = await reportOf(task, found);
  expect(notes.join("\n")).toMatch(expected);
  expect(notes.join("\n")).toMatch(/clean and corrupt are the same in 1 of 8 prompt pairs/);
  expect(written.notes).toEqual(found.notes.map((note) => inFlagNames(note)));
  expect([written.dangling, written.circuit.length]).toEqual([found.dangling, found.circuit.size]);
  const page = readFileSync(at("out/report.html"), "utf8");
  for (const note of notes.map((note) => inFlagNames(note))) {
    expect(out.split("\n").filter((line) => line === note)).toHaveLength(1);
    expect(page).toContain(note.replaceAll(">", "&gt;"));
  }
});

// Each prompt is there twice.
const again = at("again.json");
writeFileSync(again, JSON.stringify({ prompts: pairs.flatMap((pair) => [pair, pair]) }));
const wide = at("wide");
await writeWideGpt2(wide);

it.each<[string, string[], StabilityOptions, { model?: string; prompts?: string }]>([
  [
    "of edges that lead somewhere",
    ["--algorithm", "relp", "--size", "8", "--prune", "--seed", "3"],
    { algorithm: "relp", size: 8, prune: true, seed: 3 },
    {},
  ],
  [
    "selected by signed scores",
    ["--algorithm", "eap", "--size", "4", "--select", "greedy", "--rank", "signed"],
    { algorithm: "eap", size: 4, select: "greedy", rank: "signed" },
    {},
  ],
  [
    "of prompts that are there again",
    ["--algorithm", "eap-ig-inputs", "--size", "6", "--bootstrap", "120"],
    { algorithm: "eap-ig-inputs", size: 6, resamples: 120 },
    { prompts: again },
  ],
  ["of the algorithm that suits a large graph", ["--size", "9"], { size: 9 }, { model: wide }],
])("a program says of a circuit as the command how sure it is: %s", async (_, flags, options, other) => {
  const subject = { model, prompts, ...other };
  const of = ["--model", subject.model, "--prompts", subject.prompts];
  const where = ["--curve", "none", "--out", at("sure"), "--json", at("sure.json")];
  const { code, out } = await run(["discover", ...of, ...flags, ...where]);
  expect(code).toBe(0);
  const command = read("sure.json") as DiscoverResult;

  await using task = await ownTask(subject.model, subject.prompts, { seed: options.seed });
  const plan = stabilityPlan(task, options);
  const found = await findCircuit(task, plan.find);
  const stability = (await foundStability(task, found, plan))!;
  expect(stability.distinct < stability.promptCount).toBe(subject.prompts === again);
  const { edges, ...said } = JSON.parse(JSON.stringify(stability)) as FoundStability;
  expect(edges).toHaveLength(found.selected.size);
  expect(command.bootstrap).toEqual({ ...said, notes: stabilityNotes(stability).map((note) => inFlagNames(note)) });
  const report = await reportOf(task, found, { stability, curve: "none" });
  const scored = report.circuit.map(({ activation: _, ...edge }) => edge);
  expect(scored.every(({ interval, frequency }) => interval !== undefined && frequency !== undefined)).toBe(true);
  expect(command.circuit).toEqual(JSON.parse(JSON.stringify(scored)));
  expect(command.algorithm).toBe(report.algorithm);
  expect(out).toContain(inFlagNames(report.stability!.text));
  const page = await reportHtml(report);
  const cells = (html: string) => [...html.matchAll(/<td class="number" data-sort="[^"]*">[^<]*<\/td>/g)].map(String);
  expect(cells(page).length).toBeGreaterThan(scored.length);
  expect(cells(readFileSync(at("sure/report.html"), "utf8"))).toEqual(expect.arrayContaining(cells(page)));
  // What is kept of it has no function in it.
  expect(Object.keys(report.options!)).toEqual(expect.not.arrayContaining(["onPrompt"]));
  expect(JSON.parse(formatDiscoveryFile(task.key, found)).options).toEqual(command.options);
});

it("a program's report of a circuit over spans says what the command's does", async () => {
  const spans = { begin: [0, 2], end: [2, null] } as const;
  writeFileSync(at("spans.json"), JSON.stringify({ spans }));
  const how = ["--spans", at("spans.json"), "--size", "3", "--out", at("spans"), "--json", at("spans-found.json")];
  const { code, out, err } = await run(["discover", ...own, ...how]);
  expect([code, err.replaceAll(/^edges.*\n/gm, "")]).toEqual([0, ""]);
  await using task = await ownTask(model, prompts);
  const found = await findSpanCircuit(task, spans, 3);
  const { notes } = found;
  expect(notes.join()).toMatch(/clean and corrupt are the same in 1 of 8 prompt pairs/);
  const written = read("spans-found.json") as SpanResult;
  expect(written.notes).toEqual(notes);

  const report = await spanReportOf(task, found);
  const [, ...lines] = circuitText(report, { maxRows: 60 }).split("\n");
  expect(out).toContain(lines.join("\n"));
  expect(written.options).toMatchObject(report.options!);
  expect(report.notes).toEqual(notes);
  expect(report.accuracy).toEqual(reportAccuracy(written.accuracy));
  expect(report.crossing).toEqual(written.crossing);
  expect(report.circuit.map(({ edge, token, score }) => ({ edge, span: report.tokenLabels![token!], score }))).toEqual(
    written.circuit,
  );
  expect(report.divergence!.rows).toEqual([
    { name: "circuit found, resample", value: written.divergence.circuit, size: 3 },
  ]);
  expect(report.graph.edgeCount).toBe(written.edgeCount);
});

it("a program writes the circuit that it found as `discover --json` does, and `test` goes on from it", async () => {
  const json = ["--out", at("out"), "--json", at("command.json")];
  const how = [
    "--algorithm",
    "eap",
    "--size",
    "4",
    "--select",
    "greedy",
    "--ablation",
    "zero",
    "--seed",
    "3",
    "--bootstrap",
    "0",
  ];
  expect((await run(["discover", ...own, ...how, ...json])).code).toBe(0);
  await using task = await ownTask(model, prompts, { seed: 3 });
  const options = { algorithm: "eap", size: 4, select: "greedy", ablation: "zero", seed: 3 } as const;
  const found = await findCircuit(task, options);
  writeFileSync(at("program.json"), formatDiscoveryFile(task.key, found));
  const written = read("program.json");
  const command = read("command.json");
  expect(written).toEqual(Object.fromEntries(Object.keys(written).map((name) => [name, command[name]])));
  const report = await reportOf(task, found, { curve: "none" });
  expect(report.options).toEqual(written.options);

  const tested = await run(["test", at("program.json"), ...own, "--tests", "equivalence", "--json", at("tested.json")]);
  expect([0, 3]).toContain(tested.code);
  expect(tested.out).toContain("zero ablation: the model");
});

it("circuits that are larger than asked for say so in a program and of `measure`", async () => {
  const discovered = await run(["discover", ...own, ...dangles, "--bootstrap", "0", "--out", at("out")]);
  expect(discovered.code).toBe(0);
  const file = at("out/scores.safetensors");
  const { code, out } = await run([
    "measure",
    ...own,
    "--scores",
    file,
    "--sizes",
    "2,3",
    "--json",
    at("measured.json"),
  ]);
  expect(code).toBe(0);
  await using task = await ownTask(model, prompts);
  const { graph } = task.model;
  const measured = await measureCircuits(task.model, task.test, {
    ...{ scores: await PruneScores.load(file, { graph }), sizes: [2, 3] },
  });
  const notes = measured.map(({ notes }) => notes);
  expect(notes).toEqual([[expect.stringMatching(/3 edges instead of the 2 asked for/)]]);
  expect(read("measured.json").circuits.map(({ notes }: { notes: string[] }) => notes)).toEqual(notes);
  expect(out).toContain(notes[0]![0]);
});

it("how weights were processed stands in the JSON, and in reports where it is not usual", async () => {
  const how = ["--algorithm", "random", "--size", "3", "--bootstrap", "0", "--curve", "none", "--out", at("out")];
  const json = ["--json", at("processed.json")];
  const page = () => readFileSync(at("out/report.html"), "utf8");
  expect((await run(["discover", ...own, ...how, ...json])).code).toBe(0);
  const { processing } = read("processed.json") as DiscoverResult;
  await using usual = await ownTask(model, prompts);
  expect(processing).toEqual(usual.model.processing!.steps.map(kebabOf));
  expect(page()).not.toContain("foldValueBiases");

  const some = ["--processing", "fold-value-biases,center-unembed"];
  expect((await run(["discover", ...own, ...how, ...json, ...some])).code).toBe(0);
  expect(read("processed.json")).toMatchObject({ processing: ["center-unembed", "fold-value-biases"] });
  expect(page()).toContain("centerUnembed, foldValueBiases");
  const asked = { centerUnembed: true, foldValueBiases: true };
  await using task = await ownTask(model, prompts, { processing: asked });
  const found = await findCircuit(task, { algorithm: "random", size: 3 });
  const { options } = await reportOf(task, found, { curve: "none" });
  expect(options).toMatchObject({ processing: "centerUnembed, foldValueBiases" });
});
