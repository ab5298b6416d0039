import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { claimNow } from "@autocircuit/base";
import { PruneScores } from "@autocircuit/core";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { failingOptions } from "../../test/small-sweep.ts";
import { expandPlan } from "../plan/expand-plan.ts";
import { givenPlan } from "../plan/read-plan.ts";
import { doUnit } from "../unit/do-unit.ts";
import { Subjects } from "../unit/subjects.ts";
import { SweepResults } from "./store.ts";

const root = mkdtempSync(join(tmpdir(), "autocircuit-results-"));
afterAll(() => rmSync(root, { recursive: true }));
let results: SweepResults;
beforeEach(async () => {
  results = await SweepResults.open(join(mkdtempSync(join(root, "run-")), "out"));
});

const [found, failing] = (await expandPlan(
  givenPlan({
    tasks: ["tracr-sort", { task: "tracr-hist", knownCircuit: "compiler" }],
    algorithms: ["mask-gradient"],
    // Three edges have scores that are no rounding, whatever the processor.
    measure: { sizes: [0, 2, 3, 10_000_000], mib: true, ablations: ["resample", "zero"] },
  }),
)) as [Awaited<ReturnType<typeof expandPlan>>[number], Awaited<ReturnType<typeof expandPlan>>[number]];

async function done(unit = found) {
  await using subjects = new Subjects();
  return doUnit(unit, { results, subjects, runner: "alone" });
}

describe("a unit", () => {
  it("is done once, and its file holds what is the same in every run", async () => {
    expect(await done()).toBe("done");
    const file = results.path("units", found.hash);
    const first = readFileSync(file);
    expect(await done()).toBe("kept");
    rmSync(file);
    expect(await done()).toBe("done");
    expect(readFileSync(file).equals(first)).toBe(true);
    const result = (await results.result(found.hash))!;
    expect(result.series.map(({ metric, ablation }) => [metric, ablation])).toEqual(
      ["resample", "zero"].flatMap((ablation) =>
        ["kl-clean", "max-abs-diff", "logit-diff", "answer-prob", "correct-percent"].map((metric) => [
          metric,
          ablation,
        ]),
      ),
    );
    expect(result.series[0]!.points.map(({ size }) => size)).toEqual([0, 2, 3]);
    expect(result.truth!.auroc).toBeGreaterThan(0.5);
    expect(result.mib).toMatchObject({ signed: { points: expect.any(Array) } });
    const scores = join(results.folder, "scores.safetensors");
    writeFileSync(scores, Buffer.from(result.scores, "base64"));
    expect((await PruneScores.load(scores)).graph.config).toEqual(result.subject.graph);
    const times = (await results.times(found.hash))!;
    expect(times).toMatchObject({ machine: { runner: "alone", threads: 1 } });
    expect(times.seconds).toBeGreaterThanOrEqual(times.discover + times.measure + times.load);
    expect(readdirSync(join(results.folder, "claims"))).toEqual([]);
  });

  it("whose result was damaged is done again; one of another version is refused", async () => {
    await done();
    const file = results.path("units", found.hash);
    const whole = readFileSync(file, "utf8");
    const damaged = [whole.slice(0, 500), "", whole.replace(/"size":3\b/, '"size":4'), `${whole.slice(0, -40)}`];
    for (const text of damaged) {
      writeFileSync(file, text);
      expect(await results.result(found.hash)).toBeUndefined();
      expect(await done()).toBe("done");
      expect(readFileSync(file, "utf8")).toBe(whole);
    }
    writeFileSync(file, whole.replace('"autocircuit":"', '"autocircuit":"9.'));
    await expect(done()).rejects.toMatchObject({ code: "bad-file", message: expect.stringMatching(/not mixed/) });
  });

  it("that throws leaves why, and success takes it away", async () => {
    const broken = { ...failing, options: failingOptions };
    expect(await done(broken)).toBe("failed");
    expect(await done(broken)).toBe("failed");
    expect(await results.error(failing.hash)).toMatchObject({
      kind: "bad-input",
      message: expect.stringMatching(/ablateFrom/),
      attempts: 2,
    });
    expect(await done(failing)).toBe("done");
    expect(await results.error(failing.hash)).toBeUndefined();
  });

  it("in the hands of another process is left to it, until that is gone", async () => {
    {
      using claim = claimNow(results.path("claims", found.hash));
      expect(claim).toBeDefined();
      expect(await done()).toBe("busy");
    }
    const path = results.path("claims", found.hash);
    writeFileSync(path, JSON.stringify({ host: "elsewhere", pid: 1, token: "x" }));
    expect(await done()).toBe("busy");
    const past = new Date(Date.now() - 120_000);
    utimesSync(path, past, past);
    expect(await done()).toBe("done");
    rmSync(results.path("units", found.hash));
    const { hostname } = await import("node:os");
    writeFileSync(path, JSON.stringify({ host: hostname(), pid: 2 ** 22 + 7, token: "x" }));
    expect(await done()).toBe("done");
  });
});

describe("a results folder", () => {
  it("of another version, or with something else in it, is refused", async () => {
    const mark = join(results.folder, "sweep.json");
    writeFileSync(mark, readFileSync(mark, "utf8").replace('"autocircuit":"', '"autocircuit":"9.'));
    await expect(SweepResults.open(results.folder)).rejects.toThrow(/results of AutoCircuit 9\..*not mixed/);
    writeFileSync(mark, "[");
    await expect(SweepResults.open(results.folder)).rejects.toMatchObject({ code: "bad-file" });
    const other = mkdtempSync(join(root, "other-"));
    writeFileSync(join(other, "thesis.tex"), "words");
    await expect(SweepResults.open(other)).rejects.toThrow(/something else/);
  });

  it("is tidied of what killed processes left, once it is old", async () => {
    const [old, young] = ["a.json.x.part", "b.json.x.part"].map((name) => join(results.folder, "units", name)) as [
      string,
      string,
    ];
    for (const path of [old, young]) writeFileSync(path, "{");
    const past = new Date(Date.now() - 2 * 3_600_000);
    utimesSync(old, past, past);
    await results.tidy();
    expect(readdirSync(join(results.folder, "units"))).toEqual(["b.json.x.part"]);
  });

  it("makes a path of nothing but a hash", () => {
    for (const hash of ["../../x", "", "a".repeat(63), `${"a".repeat(64)}/..`, "A".repeat(64)])
      expect(() => results.path("units", hash)).toThrow(/64 hexadecimal digits/);
  });
});
