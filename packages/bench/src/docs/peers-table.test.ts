import { describe, expect, it } from "vitest";
import { formatPeersReport, OURS, type PeersReport } from "../peers/peers-report.ts";
import { peersTables } from "./peers-table.ts";

const MIB = 2 ** 20;
const result = (who: string, seconds: number, peakBytes: number) => ({
  who,
  seconds,
  cpuSeconds: 2 * seconds,
  peakBytes,
  spread: 0.1,
});
const report: PeersReport = {
  date: "2026-11-28",
  command: "npm run bench -- peers --docs",
  machine: { cpu: "AMD EPYC", cores: 2, memoryBytes: 2 ** 34, platform: "linux x64", node: "20.20.2" },
  processor: { name: "AMD EPYC (Zen 3)", instructions: "AVX2", cores: 2 },
  threads: 2,
  versions: { here: { autocircuit: "0.1.0" }, AutoCircuit: { "auto-circuit": "1.0.1", torch: "2.13.0" } },
  comparisons: [
    {
      name: "edge-attribution",
      title: "scores of all edges",
      results: [
        result(OURS, 1.5, 1200 * MIB),
        { ...result("AutoCircuit", 36, 7200 * MIB), agreement: { largest: 2e-6, agrees: true } },
        { ...result("EAP-IG", 30, 4800 * MIB), agreement: { largest: 0.5, agrees: false } },
      ],
      failures: [],
    },
    {
      name: "plain",
      title: "plain forward",
      results: [result(OURS, 0.0005, 800 * MIB)],
      failures: [{ who: "AutoCircuit", why: "ended (SIGKILL)" }],
    },
  ],
  problems: ["TransformerLens did not run."],
};

describe("peersTables", () => {
  it("gives a table with ratios of wall, processor time and memory, and its command", () => {
    const text = peersTables([report]).replaceAll(/ {2,}/g, " ");
    expect(text).toContain("AMD EPYC (Zen 3), AVX2, 2 cores, 2 threads, 2026-11-28 (`npm run bench -- peers --docs`).");
    expect(text).toContain("| what | here | AutoCircuit 1.0.1 | EAP-IG |");
    expect(text).toContain(
      "| scores of all edges | 1.50 s, 1.2 GiB | 36.0 s, 7.0 GiB (24 / 24 / 6.0) | 30.0 s, 4.7 GiB (20 / 20 / 4.0, NUMBERS DIFFER) |",
    );
    expect(text).toContain("| plain forward | 500 us, 800 MiB | failed | |");
    expect(text).toContain("TransformerLens did not run.");
  });
});

describe("formatPeersReport", () => {
  it("says what failed and whether numbers agree", () => {
    const text = formatPeersReport(report);
    expect(text).toMatch(/AutoCircuit .*x 24.00 wall, x 24.00 processor, x 6.00 memory; numbers agree to 2.0e-6/);
    expect(text).toMatch(/EAP-IG .*NUMBERS DIFFER by 5.0e-1 of the largest/);
    expect(text).toContain("AutoCircuit: FAILED: ended (SIGKILL)");
  });
});
