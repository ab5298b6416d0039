import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run, smallGpt2 } from "../../test/run-program.ts";
import { writeWideGpt2 } from "../../test/wide-gpt2.ts";
import type { DiscoverResult } from "./result.ts";

const folder = mkdtempSync(join(tmpdir(), "default-"));
const at = (name: string) => join(folder, name);
const prompts = Array.from({ length: 8 }, (_, i) => ({
  clean: [1, 2 + i, 3],
  corrupt: [1, 3 + i, 4],
  answers: [5],
  wrong_answers: [6],
}));
beforeAll(async () => {
  await writeWideGpt2(at("wide"));
  writeFileSync(at("prompts.json"), JSON.stringify({ prompts }));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function discover(model: string, ...args: string[]) {
  const own = ["--model", model, "--prompts", at("prompts.json"), "--out", at("out"), "--json", at("out.json")];
  const { code, out, err } = await run(["discover", ...own, ...args]);
  expect([code, code === 0 ? "" : err]).toEqual([0, ""]);
  return { out, result: JSON.parse(readFileSync(at("out.json"), "utf8")) as DiscoverResult };
}

describe("without --algorithm", () => {
  it("a graph of more than 2,000 edges gets edge attribution, and the output says so", async () => {
    const { out, result } = await discover(at("wide"), "--size", "10");
    expect(result.edgeCount).toBeGreaterThan(2000);
    expect(result).toMatchObject({ algorithm: "edge-attribution", keep: null });
    expect(result.circuit.length).toBe(10);
    expect(out).toMatch(/algorithm: edge-attribution, as the graph has 2,\d+ edges; acdc, .* up to 2,000/);
    expect(out).not.toContain("circuits at once");
  });

  it("a smaller one gets ACDC", async () => {
    const { out, result } = await discover(smallGpt2);
    expect(result.edgeCount).toBeLessThan(2000);
    expect(result.algorithm).toBe("acdc");
    expect(out).not.toContain("algorithm:");
  });

  it("an option of ACDC asks for ACDC", async () => {
    const { result } = await discover(at("wide"), "--taus", "1e-3");
    expect(result).toMatchObject({ algorithm: "acdc", options: { taus: [1e-3] } });
  });
});

describe("measure --model", () => {
  it.each([
    { args: ["tracr-reverse", "--model", smallGpt2], says: "has its own model, which is compiled: leave --model out" },
    { args: ["ioi-component", "--model", smallGpt2], says: "has no tokenizer" },
  ])("$args", async ({ args, says }) => {
    await discover(smallGpt2, "--algorithm", "random", "--size", "5");
    const { code, err } = await run(["measure", ...args, "--scores", join(at("out"), "scores.safetensors")]);
    expect(code).toBe(2);
    expect(err).toContain(says);
  });
});
