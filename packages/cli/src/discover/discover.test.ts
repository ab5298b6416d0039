import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { run } from "../../test/run-program.ts";
import type { DiscoverResult } from "./result.ts";

const folder = mkdtempSync(join(tmpdir(), "discover-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function discover(name: string, ...args: string[]) {
  const [out, json] = [join(folder, name), join(folder, `${name}.json`)];
  const finished = await run(["discover", ...args, "--out", out, "--json", json]);
  expect(finished.err).toBe("");
  expect(finished.code).toBe(0);
  expect(readdirSync(out).toSorted()).toEqual(["circuit.svg", "report.html", "scores.safetensors"]);
  expect(readFileSync(join(out, "circuit.svg"), "utf8")).toMatch(/&gt;[^<]*its source writes \d/);
  return {
    ...finished,
    result: JSON.parse(readFileSync(json, "utf8")) as DiscoverResult,
    html: readFileSync(join(out, "report.html"), "utf8"),
  };
}

describe("discover", () => {
  it("finds the known circuit of tracr-reverse, and no other edge", async () => {
    const { result, out } = await discover("reverse", "tracr-reverse");
    expect(result).toMatchObject({ task: "tracr-reverse", algorithm: "acdc", edgeCount: 77 });
    expect(result.options).toMatchObject({
      taus: [1e-3],
      target: "kl-div",
      ablation: "resample",
      byToken: false,
      seed: 0,
    });
    expect(result.circuit.map(({ edge }) => edge).toSorted()).toEqual(["A3.0->Resid End", "Resid Start->A3.0.V"]);
    expect(result.known).toMatchObject({ truePositives: 2, falsePositives: 0, falseNegatives: 0 });
    expect(result.divergence.circuit).toBeLessThan(1e-6);
    expect(result.seconds).toBeGreaterThan(0);
    expect(result.peakMemoryBytes).toBeGreaterThan(2 ** 20);
    expect(Object.keys(result.versions)).toEqual(expect.arrayContaining(["libtorch", "node", "autocircuit"]));
    expect(out).toContain("Found exactly");
    expect(out).toMatch(/^KL: nats from .*; kept: below 0.001, changed: not$/m);
  });

  it("finds all five positions by token, and says that the known circuit loses position 3", async () => {
    const { result, out, html } = await discover("by-token", "tracr-reverse", "--by-token");
    expect(new Set(result.circuit.map(({ token }) => token))).toEqual(new Set([1, 2, 3, 4, 5]));
    expect(result.known).toMatchObject({ truePositives: 8, falsePositives: 2, falseNegatives: 0 });
    expect(result.divergence.knownCircuit).toBeGreaterThan(0.01);
    expect(out).toMatch(/circuit "autocircuit" covers positions 1, 2, 4, 5\..*position 3 \(by up to 1\.00\)/);
    expect(html).toContain("position 3");
  });

  it("measures xproportion, whose output is a number, by its squared error", async () => {
    const { result } = await discover("xproportion", "tracr-xproportion");
    expect(result.options.target).toBe("mean-squared-error");
    expect(result.divergence.metric).toContain("mean squared error");
    expect(result.known).toMatchObject({ truePositives: 3, falsePositives: 0, falseNegatives: 0 });
  });

  it.each([
    ["tracr-reverse", false],
    ["tracr-xproportion", true],
  ])("%s: zero ablation keeps the output with the ACDC circuit only, resampling with both", async (task, numbers) => {
    const { out } = await discover(`kept-${task}`, task, "--algorithm", "random");
    const outcome = (circuit: string, ablation: string) =>
      new RegExp(`│ ${circuit} +│ ${ablation} .*│ (kept|changed) +│`).exec(out)?.[1];
    expect(outcome("autocircuit", "resample")).toBe("kept");
    expect(outcome("acdc", "resample")).toBe("kept");
    expect(outcome("autocircuit", "zero")).toBe("changed");
    expect(outcome("acdc", "zero")).toBe("kept");
    // Said once: in the table, or, where that has no KL, below it.
    expect(out.match(/, resample ablation outside the circuit: found /g)?.length ?? 0).toBe(numbers ? 1 : 0);
  });

  it("runs every algorithm, and repeats itself for one seed", async () => {
    for (const algorithm of ["mask-gradient", "edge-attribution", "activation-magnitude", "ground-truth", "random"]) {
      const { result } = await discover(`hist-${algorithm}`, "tracr-hist", "--algorithm", algorithm, "--seed", "5");
      expect(result.algorithm).toBe(algorithm);
      expect(result.circuit.length).toBeGreaterThanOrEqual(result.known!.edges.length);
      const again = await discover("hist-again", "tracr-hist", "--algorithm", algorithm, "--seed", "5");
      expect(again.result.circuit).toEqual(result.circuit);
    }
  });

  it("compares with the circuit that was asked for, and writes infinite scores as text", async () => {
    const { result } = await discover("acdc", "tracr-reverse", "--ablation", "zero", "--taus", "1e-3,1e-2");
    expect(result.known!.name).toBe("acdc");
    expect(result.circuit.every(({ score }) => String(score) === "Infinity")).toBe(true);
  });

  it("leaves no file when it is stopped", async () => {
    const abort = new AbortController();
    abort.abort();
    const out = join(folder, "stopped");
    const { code, err } = await run(
      ["discover", "tracr-reverse", "--out", out, "--json", join(folder, "stopped.json")],
      abort.signal,
    );
    expect(code).toBe(130);
    expect(err).toContain("stopped");
    expect(existsSync(out)).toBe(false);
    expect(existsSync(join(folder, "stopped.json"))).toBe(false);
  });
});

describe("measure", () => {
  it("measures the saved scores", async () => {
    await discover("to-measure", "tracr-reverse", "--algorithm", "edge-attribution");
    const scores = join(folder, "to-measure", "scores.safetensors");
    const json = join(folder, "measured.json");
    const { code, out } = await run([
      "measure",
      "tracr-reverse",
      "--scores",
      scores,
      "--sizes",
      "0,2,77",
      "--metrics",
      "all",
      "--json",
      json,
    ]);
    expect(code).toBe(0);
    expect(out).toContain("kl-clean");
    const { circuits } = JSON.parse(readFileSync(json, "utf8"));
    expect(circuits[0]).toMatchObject({ size: 0 });
    expect(circuits[0].metrics["kl-clean"]).toBeGreaterThan(0.1);
    expect(circuits.at(-1).metrics["kl-clean"]).toBeLessThan(1e-6);
    expect(circuits.at(-1).metrics["correct-percent"]).toBe(100);
  });

  it("refuses scores of another task", async () => {
    const scores = join(folder, "to-measure", "scores.safetensors");
    const { code, err } = await run(["measure", "tracr-hist", "--scores", scores]);
    expect(code).toBe(2);
    expect(err).toContain("another graph (77 edges)");
  });
});
