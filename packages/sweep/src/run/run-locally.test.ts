import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, vi } from "vitest";
import {
  failingOptions,
  filesOf,
  inHand,
  resultsFolder,
  smallPlan,
  textsOf,
  unitsOf,
  until,
} from "../../test/small-sweep.ts";
import type { SweepPlan } from "../plan/plan.ts";
import { SweepResults } from "../results/store.ts";
import { StateReader } from "../results/sweep-state.ts";
import { doUnit } from "../unit/do-unit.ts";
import { Subjects } from "../unit/subjects.ts";
import { runLocally, type SweepStep } from "./run-locally.ts";

// Processes of a busy machine take long to start.
vi.setConfig({ testTimeout: 300_000 });

const dist = fileURLToPath(new URL("../../dist/index.js", import.meta.url));

/** A coordinator in a process of its own, as built; prints what it did. */
function coordinator(plan: SweepPlan, folder: string, workers = 1): ChildProcess {
  const program = `import { expandPlan, givenPlan, runLocally, SweepResults } from ${JSON.stringify(dist)};
    const units = await expandPlan(givenPlan(${JSON.stringify(plan)}));
    const onStep = ({ unit, outcome }) => console.log(outcome + " " + unit.hash);
    await runLocally(units, await SweepResults.open(${JSON.stringify(folder)}), { workers: ${workers}, onStep });`;
  return spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
}

async function ended(child: ChildProcess): Promise<string> {
  let out = "";
  child.stdout!.on("data", (data) => (out += data));
  await new Promise((resolve) => child.once("close", resolve));
  return out;
}

/** Units that take long enough to be hit. */
const slowPlan: SweepPlan = {
  ...smallPlan,
  tasks: ["tracr-hist"],
  algorithms: [{ algorithm: "mask-gradient", grid: { steps: [80, 81, 82, 83, 84, 85] } }],
  seeds: [0],
};

describe("local workers", () => {
  it("give the results of one process, bit by bit, and do nothing twice", async () => {
    const units = await unitsOf();
    using alone = await resultsFolder();
    await using subjects = new Subjects();
    for (const unit of units) await doUnit(unit, { results: alone.results, subjects, runner: "alone" });
    using two = await resultsFolder();
    const steps: SweepStep[] = [];
    await runLocally(units, two.results, { workers: 2, onStep: (step) => steps.push(step) });
    expect(steps.map(({ outcome }) => outcome)).toEqual(units.map(() => "done"));
    expect(textsOf(two.folder)).toEqual(textsOf(alone.folder));
    expect(await new StateReader(two.results, units).look()).toMatchObject({
      units: 12,
      done: 12,
      failed: 0,
      missing: 0,
    });
    const before = filesOf(two.folder);
    const kept: SweepStep[] = [];
    await runLocally(units, two.results, { workers: 2, onStep: (step) => kept.push(step) });
    expect(new Set(kept.map(({ outcome }) => outcome))).toEqual(new Set(["kept"]));
    expect(filesOf(two.folder)).toEqual(before);
  });

  it("of which one is killed: the unit in its hands is begun again, and nothing else", async () => {
    const units = await unitsOf(slowPlan);
    using out = await resultsFolder();
    const steps: SweepStep[] = [];
    const run = runLocally(units, out.results, { workers: 2, onStep: (step) => steps.push(step) });
    await until(() => steps.length >= 2, "two units");
    const before = filesOf(out.folder);
    process.kill((await until(() => inHand(out.folder), "a unit in hand")).pid, "SIGKILL");
    await run;
    expect(steps.map(({ unit }) => unit.hash).sort()).toEqual(units.map(({ hash }) => hash).sort());
    expect(filesOf(out.folder)).toMatchObject(before);
    expect(Object.keys(filesOf(out.folder))).toHaveLength(units.length);
  });

  it("that end again and again leave the unit failed, with how, and go on with the others", async () => {
    const units = await unitsOf(slowPlan);
    using out = await resultsFolder();
    const run = runLocally(units, out.results, { attempts: 2 });
    const victim = units[0]!.hash;
    for (let killed = new Set<number>(); killed.size < 2; ) {
      const { pid } = await until(() => {
        const held = inHand(out.folder);
        return held?.hash === victim && !killed.has(held.pid) && held;
      }, "the unit in hand");
      killed.add(pid);
      process.kill(pid, "SIGKILL");
    }
    await run;
    const state = await new StateReader(out.results, units).look();
    expect(state).toMatchObject({ done: units.length - 1, failed: 1, missing: 0 });
    expect(state.failures[0]).toMatchObject({
      unit: { hash: victim },
      error: { kind: "crashed", message: expect.stringMatching(/SIGKILL/), attempts: 1 },
    });
    // Started again, it does what failed.
    await runLocally(units, out.results);
    expect(await new StateReader(out.results, units).look()).toMatchObject({ done: units.length, failed: 0 });
  });

  it("keep a unit that throws apart from the others", async () => {
    const plan: SweepPlan = {
      ...smallPlan,
      algorithms: ["random", { algorithm: "mask-gradient", options: failingOptions }],
    };
    const units = await unitsOf(plan);
    using out = await resultsFolder();
    await runLocally(units, out.results);
    const { done, failed, failures } = await new StateReader(out.results, units).look();
    expect([done, failed]).toEqual([4, 4]);
    for (const { error } of failures) expect(error).toMatchObject({ kind: "bad-input", attempts: 1 });
  });

  it("that need more memory than there may be leave the unit failed", async () => {
    const units = await unitsOf({
      ...slowPlan,
      algorithms: [{ algorithm: "mask-gradient", options: { steps: 2000 } }],
    });
    using out = await resultsFolder();
    await runLocally(units, out.results, { memoryBytes: 50 * 2 ** 20 });
    const { failures } = await new StateReader(out.results, units).look();
    expect(failures[0]!.error).toMatchObject({
      kind: "out-of-memory",
      message: expect.stringMatching(/more than the limit of 50\.0 MiB/),
    });
  });

  it("stop when asked, and leave no process and no half file", async () => {
    const units = await unitsOf(slowPlan);
    using out = await resultsFolder();
    const controller = new AbortController();
    const run = runLocally(units, out.results, { signal: controller.signal });
    const { pid } = await until(() => inHand(out.folder), "a unit in hand");
    controller.abort();
    await expect(run).rejects.toMatchObject({ code: "aborted" });
    expect(() => process.kill(pid, 0)).toThrow();
    expect(inHand(out.folder)).toBeUndefined();
    await expect(runLocally(units, out.results, { signal: controller.signal })).rejects.toMatchObject({
      code: "aborted",
    });
  });
});

describe("coordinators", () => {
  it("one that is killed takes its workers along; the next one does what is missing", async () => {
    const units = await unitsOf(slowPlan);
    using out = await resultsFolder();
    const first = coordinator(slowPlan, out.folder);
    await until(() => Object.keys(filesOf(out.folder)).length >= 2, "two results");
    const { pid } = await until(() => inHand(out.folder), "a unit in hand");
    first.kill("SIGKILL");
    await ended(first);
    await until(() => {
      try {
        process.kill(pid, 0);
        return false;
      } catch {
        return true;
      }
    }, "the end of the worker");
    const before = filesOf(out.folder);
    const steps: SweepStep[] = [];
    await runLocally(units, out.results, { onStep: (step) => steps.push(step) });
    expect(filesOf(out.folder)).toMatchObject(before);
    expect(steps.filter(({ outcome }) => outcome === "kept")).toHaveLength(Object.keys(before).length);
    expect(await new StateReader(out.results, units).look()).toMatchObject({
      done: units.length,
      missing: 0,
      running: 0,
    });
  });

  it("two at once share the work", async () => {
    using out = await resultsFolder();
    const both = [coordinator(slowPlan, out.folder), coordinator(slowPlan, out.folder)];
    const said = (await Promise.all(both.map(ended))).join("").trim().split("\n");
    const units = await unitsOf(slowPlan);
    expect(said.filter((line) => line.startsWith("done ")).sort()).toEqual(
      units.map(({ hash }) => `done ${hash}`).sort(),
    );
  });

  it("a plan that is edited half way keeps what is still in it", async () => {
    using out = await resultsFolder();
    await runLocally(await unitsOf(), out.results);
    const before = filesOf(out.folder);
    const edited = await unitsOf({ ...smallPlan, algorithms: ["activation-magnitude", "random"] });
    const steps: SweepStep[] = [];
    await runLocally(edited, out.results, { onStep: (step) => steps.push(step) });
    expect(steps.filter(({ outcome }) => outcome === "kept").map(({ unit }) => unit.key)).toEqual(
      Array(4).fill("random"),
    );
    expect(filesOf(out.folder)).toMatchObject(before);
    expect(await new StateReader(out.results, edited).look()).toMatchObject({ units: 8, done: 8, others: 8 });
  });

  it("a full disk ends the run with its reason, and with room it goes on", async (context) => {
    using out = await resultsFolder();
    const place = join(out.folder, "..", "small-disk");
    mkdirSync(place);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "none", place], { stdio: "ignore" });
    } catch {
      return context.skip("no small disk can be mounted here");
    }
    try {
      const results = await SweepResults.open(place);
      const filled = join(place, "digests.json");
      writeFileSync(filled, "x".repeat(24_000));
      const units = await unitsOf();
      await expect(runLocally(units, results)).rejects.toMatchObject({
        name: "CannotKeepError",
        message: expect.stringMatching(/ENOSPC.*The disk is full/),
      });
      const state = await new StateReader(results, units).look();
      expect(state.failed).toBe(0);
      expect(state.missing).toBeGreaterThan(0);
      execFileSync("mount", ["-o", "remount,size=4m", place]);
      await runLocally(units, results);
      expect(await new StateReader(results, units).look()).toMatchObject({ done: 12, failed: 0, missing: 0 });
    } finally {
      execFileSync("umount", [place]);
    }
  });
});
