import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { run, smallGpt2 } from "../../test/run-program.ts";

const folder = mkdtempSync(join(tmpdir(), "preset-"));
afterAll(() => rmSync(folder, { recursive: true }));

const prompts = join(folder, "prompts.json");
const pair = { clean: [1, 2, 3], corrupt: [1, 4, 3], answers: [5], wrong_answers: [6] };
writeFileSync(
  prompts,
  JSON.stringify({ prompts: Array.from({ length: 8 }, (_, at) => ({ ...pair, clean: [at, 2, 3] })) }),
);
/** A model whose circuit nobody has published. */
const own = ["--model", smallGpt2, "--prompts", prompts, "--batch-size", "4"];

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
    const same = await found("--algorithm", "acdc", "--taus", "1e-6,1e-5,1e-4,1e-3");
    expect(same.circuit).toEqual(acdc.circuit);
    const probing = await found("--preset", "Tree Probing", "--set", "epochs=2", "--set", "circuitSizes=true_size");
    expect(probing).toMatchObject({
      algorithm: "circuit-probing",
      options: { epochs: 2, lambda: 0.1, maskFunction: "hard-concrete", circuitSizes: ["true_size"] },
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

  const xproportion = ["tracr-xproportion", "--preset"];
  it.each([
    [
      ["tracr-reverse", "--preset", "Tree Probing"],
      'The preset "Tree Probing" probes for circuits of 100, true_size, 1000, 10000 edges, and the graph of tracr-reverse has 77. ' +
        "Give --set circuitSizes=true_size.",
    ],
    [
      [...own, "--preset", "Official Circuit"],
      'The preset "Official Circuit" starts from the edges of a known circuit, and gpt2 has none. Give edges by --set edges=',
    ],
    [
      [...own, "--preset", "MSE Tree Probing"],
      'The preset "MSE Tree Probing" probes for a circuit as large as the known one, and gpt2 has none. Give numbers of edges',
    ],
    [
      [...own, "--algorithm", "constrained-probing", "--set", "circuitSizes=5"],
      "constrained-probing starts from the edges of a known circuit, and gpt2 has none. Give edges by --set knownEdges=",
    ],
    [[...own, "--algorithm", "circuit-probing"], "circuit-probing probes for a circuit as large as the known one"],
    [
      [...xproportion, "Edge Answer Logit Diff Gradient At Clean"],
      "with answerFunction avg-diff is for models whose outputs are tokens; those of tracr-xproportion are numbers. " +
        "Give --set answerFunction=mean-squared-error, or choose another --preset",
    ],
    [
      [...xproportion, "Edge Answer Prob Gradient At Clean"],
      "Give --set gradFunction=logit --set answerFunction=mean-squared-error, or choose another --preset",
    ],
    [[...xproportion, "Opposite Tree Probing", "--set", "circuitSizes=true_size"], "with target wrong-answer is for"],
  ])("%j does not fit the model", async (how, says) => {
    const { code, err } = await run(["discover", ...how, "--out", join(folder, "unfit")]);
    expect(err).toContain(says);
    expect(code).toBe(2);
  });

  it("fits numbers with what it is told to give", async () => {
    const how = [...xproportion, "Edge Answer Prob Gradient At Clean"];
    const fitting = ["--set", "gradFunction=logit", "--set", "answerFunction=mean-squared-error", "--curve", "none"];
    const { code } = await run(["discover", ...how, ...fitting, "--out", join(folder, "fit")]);
    expect(code).toBe(0);
  });
});
