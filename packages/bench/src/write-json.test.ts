import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { type BenchReport, formatReport } from "./result.ts";
import { writeJson } from "./write-json.ts";

const folder = mkdtempSync(join(tmpdir(), "bench-"));
afterAll(() => rmSync(folder, { recursive: true }));

const report: BenchReport = {
  machine: {
    ...{ cpu: "some processor", cores: 2, memoryBytes: 2 ** 30, platform: "linux x64", node: "20.17.0" },
    ...{ processor: "avx2 (the best there is)", threads: 2 },
    ...{ device: "cpu", gpu: null, kernels: true, dtype: "float32", tf32: false },
  },
  versions: { libtorch: "2.13.0" },
  results: [
    {
      ...{ name: "plain", seconds: 0.25, timesPlain: 1, processorSeconds: 0.5, processorTimesPlain: 1 },
      processorTimesLibrary: 0.5,
      ...{ peakBytes: 2 ** 20, peakDeviceBytes: 2 ** 21, spread: 0.1 },
    },
  ],
};

it("writes the whole report or nothing", () => {
  writeJson(join(folder, "new", "report.json"), report);
  expect(JSON.parse(readFileSync(join(folder, "new", "report.json"), "utf8"))).toEqual(report);
  mkdirSync(join(folder, "taken"));
  expect(() => writeJson(join(folder, "taken"), report)).toThrow();
  expect(readdirSync(folder).toSorted()).toEqual(["new", "taken"]);
});

it("prints a line per result", () => {
  const lines = formatReport(report).split("\n");
  expect(lines[0]).toContain(
    "some processor, 2 cores, 2 threads, kernels avx2 (the best there is); cpu, float32; libtorch 2.13.0",
  );
  expect(lines[1]).toMatch(
    /plain +250\.0 ms +1\.00 x plain +processor 500\.0 ms +1\.00 x plain +0\.50 x by library +1 MiB +\+-5 %/,
  );
  const machine = { ...report.machine, device: "cuda:0", gpu: "H100", kernels: false, tf32: true };
  const onGpu = formatReport({ ...report, machine }).split("\n");
  expect(onGpu[0]).toContain("cuda:0 (H100) without kernels, float32 by TF32");
  expect(onGpu[1]).toMatch(/1\.00 x plain +1 MiB +GPU 2 MiB/);
});
