import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { resultsFolder, smallPlan, unitsOf } from "../../test/small-sweep.ts";
import { doUnit } from "../unit/do-unit.ts";
import { Subjects } from "../unit/subjects.ts";
import { readResult } from "./result-file.ts";
import { doneUnits, unitRow } from "./result-rows.ts";
import type { SweepResults } from "./store.ts";
import { StateReader } from "./sweep-state.ts";

const units = await unitsOf({ ...smallPlan, tasks: ["tracr-hist"], algorithms: ["random"], seeds: [0] });
const [unit] = units as [(typeof units)[number]];
const { hash } = unit;
await using subjects = new Subjects();
let results: SweepResults;
let written: string[];

beforeEach(async () => {
  const out = await resultsFolder();
  results = out.results;
  written = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => written.push(String(text)) > 0);
  onTestFinished(() => {
    vi.restoreAllMocks();
    out[Symbol.dispose]();
  });
});

const done = () => doUnit(unit, { results, subjects, runner: "alone" });
const look = () => new StateReader(results, units).look();

/** What is valid JSON, or none, but nothing that belongs there; undefined for a folder. */
const wrong = ["{}", "[]", "5", '"x"', "null", "true", "", "{", undefined];

function put(part: "units" | "times" | "errors" | "claims", text: string | undefined): string {
  const path = results.path(part, hash);
  rmSync(path, { recursive: true, force: true });
  if (text === undefined) mkdirSync(path);
  else writeFileSync(path, text);
  return path;
}

describe("a file of the wrong form is as none, which is said once", () => {
  it("a unit's result", async () => {
    expect(await done()).toBe("done");
    const whole = readFileSync(results.path("units", hash), "utf8");
    for (const text of wrong) {
      const path = put("units", text);
      expect(await look()).toMatchObject({ done: 0, missing: 1 });
      expect(await look()).toMatchObject({ done: 0, missing: 1 });
      expect(written.filter((line) => line.includes(path))).toEqual([
        `autocircuit: ${path} is damaged, and counts as none.\n`,
      ]);
      if (text === undefined) continue;
      expect(await done()).toBe("done");
      expect(readFileSync(path, "utf8")).toBe(whole);
    }
  });

  it("its times", async () => {
    expect(await done()).toBe("done");
    const times = JSON.parse(readFileSync(results.path("times", hash), "utf8"));
    const changed = [
      { ...times, machine: {} },
      { ...times, seconds: "1" },
      { ...times, peakMemoryBytes: -1 },
    ];
    for (const text of [...wrong, ...changed.map((one) => JSON.stringify(one))]) {
      const path = put("times", text);
      const rows: unknown[] = [];
      for await (const one of doneUnits(units, results)) rows.push(unitRow(one));
      expect(rows).toMatchObject([{ seconds: null, host: null, unit: hash }]);
      expect(written.some((line) => line.includes(path))).toBe(true);
    }
  });

  it("why it failed", async () => {
    for (const text of [...wrong, '{"kind":"error","message":5}']) {
      put("errors", text);
      expect(await look()).toMatchObject({ failed: 0, missing: 1 });
      if (text === undefined) continue;
      await results.fail(hash, { kind: "error", message: "why", host: "here", failed: "now" });
      expect(await look()).toMatchObject({ failed: 1, failures: [{ error: { attempts: 1 } }] });
    }
  });

  it("who has it in hand", async () => {
    // An empty claim is one whose words are still to come.
    for (const text of [...wrong.filter((text) => text !== ""), '{"host":"a","pid":"x"}']) {
      put("claims", text);
      expect(await done()).toBe("done");
      rmSync(results.path("units", hash));
    }
  });
});

it("a result of another form is none, however right its checksum is", async () => {
  expect(await done()).toBe("done");
  const whole = readFileSync(results.path("units", hash), "utf8");
  const { result, ...head } = JSON.parse(whole);
  const forged = (change: unknown) => {
    const sha256 = createHash("sha256")
      .update(JSON.stringify(change) ?? "")
      .digest("hex");
    return JSON.stringify({ ...head, sha256, result: change });
  };
  expect(readResult(forged(result), hash)).toEqual(result);
  for (const name of Object.keys(result)) {
    expect(readResult(forged({ ...result, [name]: undefined }), hash)).toBeUndefined();
    expect(readResult(forged({ ...result, [name]: { x: 1 } }), hash)).toBeUndefined();
  }
  const [first] = result.series;
  for (const series of [[null], [{ ...first, metric: "x" }], [{ ...first, points: [{ size: -1, value: 0 }] }]])
    expect(readResult(forged({ ...result, series }), hash)).toBeUndefined();
  for (const none of [{}, [], 5, null, undefined]) expect(readResult(forged(none), hash)).toBeUndefined();
});
