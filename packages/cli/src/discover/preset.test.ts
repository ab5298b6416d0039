import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { run } from "../../test/run-program.ts";

const folder = mkdtempSync(join(tmpdir(), "preset-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function found(...how: string[]): Promise<{ algorithm: string; options: object; circuit: unknown[] }> {
  const json = join(folder, "found.json");
  const args = ["discover", "tracr-reverse", ...how, "--curve", "none", "--out", join(folder, "out"), "--json", json];
  const { code, err } = await run(args);
  expect(err).not.toContain("Error");
  expect(code).toBe(0);
  return JSON.parse(readFileSync(json, "utf8"));
}

describe("discover --preset", () => {
  it("is an algorithm with its options, over which --set goes", async () => {
    const acdc = await found("--preset", "ACDC");
    expect(acdc.options).toMatchObject({ taus: [1e-6, 1e-5, 1e-4, 1e-3] });
    const same = await found("--algorithm", "acdc", "--tau", "1e-6,1e-5,1e-4,1e-3");
    expect(same.circuit).toEqual(acdc.circuit);
    const probing = await found("--preset", "Tree Probing", "--set", "epochs=2", "--set", "circuitSizes=true_size");
    expect(probing).toMatchObject({
      algorithm: "circuit-probing",
      options: { epochs: 2, lambda: 0.1, maskFunction: "hard_concrete", circuitSizes: ["true_size"] },
    });
  });

  it.each([
    [["--preset", "Tree Probin"], 'There is no preset "Tree Probin". Did you mean Tree Probing'],
    [["--preset", "ACDC", "--algorithm", "acdc"], "Give either --preset or --algorithm"],
  ])("%j is refused", async (how, says) => {
    const { code, err } = await run(["discover", "tracr-reverse", ...how]);
    expect(code).toBe(2);
    expect(err).toContain(says);
  });
});
