import { describe, expect, it } from "vitest";
import { peakMemory, resetPeakMemory } from "./peak-memory.ts";

describe("peakMemory", () => {
  it("grows with what is held", () => {
    const before = peakMemory();
    const held = Buffer.alloc(256 * 2 ** 20, 1);
    expect(peakMemory() - before).toBeGreaterThan(128 * 2 ** 20);
    expect(held[5]).toBe(1);
  });

  it.runIf(process.platform === "linux")("starts anew at what is resident now (Linux only: it takes /proc)", () => {
    const before = process.memoryUsage.rss();
    expect(resetPeakMemory()).toBe(true);
    // What is resident may have been given back meanwhile, or grown.
    expect(peakMemory() - Math.max(before, process.memoryUsage.rss())).toBeLessThan(32 * 2 ** 20);
  });
});
