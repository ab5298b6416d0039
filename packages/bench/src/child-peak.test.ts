import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { childPeak } from "./child-peak.ts";
import { peakMemory, resetPeakMemory } from "./peak-memory.ts";

const folder = mkdtempSync(join(tmpdir(), "peak-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("childPeak", () => {
  it("reads the last line, and passes arguments on", async () => {
    const entry = join(folder, "good.mjs");
    writeFileSync(entry, 'console.log("loading"); console.log(1000 + Number(process.argv[2]));');
    expect(await childPeak(entry, ["7"])).toBe(1007);
  });

  it("reports what a failing child said", async () => {
    const entry = join(folder, "bad.mjs");
    writeFileSync(entry, 'console.error("out of paper"); process.exit(3);');
    await expect(childPeak(entry, ["x"])).rejects.toThrow(/exit code 3.*\n.*out of paper/);
  });
});

describe("peakMemory", () => {
  it("grows with what is held", () => {
    const before = peakMemory();
    const held = Buffer.alloc(256 * 2 ** 20, 1);
    expect(peakMemory() - before).toBeGreaterThan(128 * 2 ** 20);
    expect(held[5]).toBe(1);
  });

  it.runIf(process.platform === "linux")("starts anew at what is resident now (Linux only: it takes /proc)", () => {
    expect(resetPeakMemory()).toBe(true);
    expect(peakMemory() - process.memoryUsage.rss()).toBeLessThan(32 * 2 ** 20);
  });
});
