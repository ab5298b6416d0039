import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resultsFolder, unitsOf } from "../../test/small-sweep.ts";
import type { SweepUnit } from "../plan/unit.ts";
import { csvLines, type DoneUnit, doneUnits, measureRows, unitRow } from "../results/result-rows.ts";
import { doUnit } from "../unit/do-unit.ts";
import { Subjects } from "../unit/subjects.ts";
import { compareSweep } from "./compare-sweep.ts";
import { meanCurve } from "./mean-curves.ts";
import { meanText, seedMean } from "./seed-means.ts";

const all: DoneUnit[] = [];
let units: SweepUnit[];
let out: Awaited<ReturnType<typeof resultsFolder>>;
beforeAll(async () => {
  out = await resultsFolder();
  units = await unitsOf({
    tasks: ["tracr-sort", "tracr-detect-pattern"],
    algorithms: ["random", "edge-attribution"],
    seeds: [0, 1],
    measure: { metrics: ["kl-clean"], mib: true },
  });
  await using subjects = new Subjects();
  for (const unit of units) await doUnit(unit, { results: out.results, subjects, runner: "alone" });
  for await (const one of doneUnits(units, out.results)) all.push(one);
});
afterAll(() => out[Symbol.dispose]());

describe("a comparison", () => {
  it("has pictures of curves, areas, ROC, similarity and cost, and tables whose numbers are the results'", async () => {
    const page = await compareSweep(all, { name: "test", command: (hash) => `again ${hash}`, similarAt: [5] });
    expect(page.lead).toMatch(/^8 units: 2 tasks, 2 algorithms and settings, 2 seeds\./);
    expect(page.figures.map(({ name }) => name)).toEqual([
      ...["kl-clean-resample", "kl-clean-resample-areas", "roc", "similarity", "cost"],
    ]);
    const table = (title: string) => page.tables!.find((one) => one.title === title)!;
    const [row] = table("Against the known circuit").rows as [string[]];
    const own = all.filter(({ unit }) => unit.key === "random" && unit.subject.task.key === "tracr-sort");
    expect(row).toEqual([
      ...["tracr-sort", "random"],
      meanText(own.map(({ result }) => result.truth!.auroc)),
      meanText(own.map(({ result }) => result.truth!.averagePrecision)),
    ]);
    expect(table("MIB").rows).toHaveLength(4);
    expect(table("Areas: KL Divergence, resample ablation").rows).toHaveLength(4);
    const listed = table("Units");
    expect(listed.rows).toHaveLength(8);
    for (const [i, cells] of listed.rows.entries()) {
      expect(cells.at(-1)).toBe(`again ${units[i]!.hash}`);
      expect(cells[3]).toBe(all[i]!.result.truth!.auroc);
    }
  });

  it("compares circuits at the sizes of all known ones, where algorithms are compared with several", async () => {
    const zero = { algorithm: "edge-attribution", key: "by zeros", options: { ablation: "zero" } };
    const own = await unitsOf({ tasks: ["tracr-xproportion"], algorithms: ["edge-attribution", zero], seeds: [0] });
    await using subjects = new Subjects();
    for (const unit of own) await doUnit(unit, { results: out.results, subjects, runner: "alone" });
    const done: DoneUnit[] = [];
    for await (const one of doneUnits(own, out.results)) done.push(one);
    expect(done.map(({ result }) => result.subject.knownEdges!.length)).toEqual([3, 5]);
    const page = await compareSweep(done, { name: "test", command: String, similarAt: [] });
    const { svg } = page.figures.find(({ name }) => name === "similarity")!;
    expect([...new Set(svg.match(/\d+ edges/g))]).toEqual(["3 edges", "5 edges"]);
  });

  it("of nothing is refused", async () => {
    await expect(compareSweep([], { name: "x", command: String })).rejects.toThrow(/nothing to compare/);
  });
});

describe("means over seeds", () => {
  it("have an unbiased deviation, and leave out what is not there", () => {
    expect(seedMean([1, 3, null, Number.NaN])).toEqual({ mean: 2, deviation: Math.SQRT2, count: 2 });
    expect(seedMean([4])).toEqual({ mean: 4, deviation: null, count: 1 });
    expect(seedMean([null])).toBeUndefined();
    expect([meanText([0.5]), meanText([1, 3]), meanText([])]).toEqual([0.5, "2 ± 1.414", null]);
  });

  it("of curves are taken at the sizes that at least half of them have", () => {
    const curve = (...points: [number, number][]) => points.map(([size, value]) => ({ size, value }));
    expect(meanCurve([curve([0, 1], [5, 3]), curve([0, 2], [5, 5], [9, 7]), curve([0, 3], [6, 1])])).toEqual([
      { size: 0, value: 2, deviation: 1 },
      { size: 5, value: 4, deviation: Math.SQRT2 },
    ]);
    expect(meanCurve([curve([0, 1], [9, 7])])).toEqual([
      { size: 0, value: 1, deviation: undefined },
      { size: 9, value: 7, deviation: undefined },
    ]);
  });
});

describe("rows", () => {
  it("are one a unit, and one a circuit and metric", () => {
    const [first] = all as [DoneUnit];
    expect(unitRow(first)).toMatchObject({
      unit: units[0]!.hash,
      task: "tracr-sort",
      algorithm: "random",
      seed: 0,
      edgeCount: 46,
    });
    const [series] = first.result.series;
    expect(measureRows(first).map(({ size, value }) => ({ size, value }))).toEqual(
      series!.points.map(({ size, value }) => ({ size, value })),
    );
  });

  it("and the table of units call an algorithm with a setting as the plan does, and name the algorithm", async () => {
    const [first] = all as [DoneUnit];
    const called = { ...first, unit: { ...first.unit, key: "chance" } };
    expect(unitRow(called)).toMatchObject({ algorithm: "random", key: "chance" });
    expect(measureRows(called)[0]).toMatchObject({ algorithm: "random", key: "chance" });
    const page = await compareSweep([called], { name: "test", command: String });
    expect(page.tables!.find(({ title }) => title === "Units")!.rows[0]!.slice(0, 2)).toEqual(["tracr-sort", "chance"]);
  });

  it("are written as CSV has it", async () => {
    const lines: string[] = [];
    for await (const line of csvLines([
      { a: 'x,"y"', b: 1 },
      { a: "line\nbreak", b: null },
    ]))
      lines.push(line);
    expect(lines.join("")).toBe('a,b\n"x,""y""",1\n"line\nbreak",\n');
  });
});
