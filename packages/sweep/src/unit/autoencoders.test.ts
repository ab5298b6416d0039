import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readConfig } from "@autocircuit/models";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { autoencoderFolder } from "../../../circuits/test/autoencoder-folder.ts";
import { expandPlan } from "../plan/expand-plan.ts";
import { fixedPlan } from "../plan/fixed-plan.ts";
import type { SweepTask } from "../plan/plan.ts";
import { givenPlan } from "../plan/read-plan.ts";
import { Subjects } from "./subjects.ts";

const root = mkdtempSync(join(tmpdir(), "autocircuit-latents-"));
afterAll(() => rmSync(root, { recursive: true }));
const at = (name: string) => join(root, name);

beforeAll(async () => {
  const gpt2 = fileURLToPath(new URL("../../../conformance/fixtures/hf/gpt2", import.meta.url));
  cpSync(gpt2, at("model"), { recursive: true });
  const prompts = [0, 1].map((row) => ({ clean: [row, 2], corrupt: [row, 3], answers: [4], wrong_answers: [1] }));
  writeFileSync(at("prompts.json"), JSON.stringify({ prompts }));
  await autoencoderFolder({ ...(await sizes()), folder: at("saes") });
});

/** Of the model. */
async function sizes() {
  const { layers, dModel } = await readConfig(at("model"));
  return { layers, width: dModel };
}

const own: SweepTask = { key: "own", model: "model", prompts: "prompts.json", batchSize: 1, batchCount: 1 };

/** The units' first subject, loaded. */
async function loaded(task: Partial<SweepTask>) {
  const plan = { tasks: [{ ...own, ...task }], algorithms: ["random"] };
  const read = givenPlan(plan, root);
  const [unit] = await expandPlan(read);
  // What is written for other machines means the same.
  const [fixed] = await expandPlan(givenPlan(fixedPlan(read), root));
  expect(fixed!.hash).toBe(unit!.hash);
  await using subjects = new Subjects();
  const { model } = await subjects.of(unit!.subject);
  await subjects.requireSameWeights(unit!.subject);
  return { unit: unit!, graph: model.graph };
}

describe("autoencoders in the tasks of a plan", () => {
  it("are sources of a model with prompts of one's own too", async () => {
    const { layers } = await sizes();
    const plain = await loaded({});
    expect(plain.graph.config.latents).toBeUndefined();
    const all = await loaded({ autoencoders: "saes" });
    expect(all.graph.config).toMatchObject({ latents: new Array(layers).fill(10), latentErrors: true });
    const pruned = await loaded({
      ...{ autoencoders: "saes", pruneLatents: true, maxLatents: 2, pruneWithCorrupt: true },
      autoencoderErrors: false,
    });
    expect(pruned.graph.config).toMatchObject({ latents: new Array(layers).fill(2), latentErrors: false });
    expect(new Set([plain, all, pruned].map(({ unit }) => unit.hash)).size).toBe(3);
  });

  it("are chosen by folders or a pattern, which the unit's hash knows by what they hold", async () => {
    const one = await loaded({ autoencoders: ["saes/block-1"], partialAutoencoders: true });
    expect(one.graph.config.latents!.slice(0, 2)).toEqual([0, 10]);
    const pattern = await loaded({ autoencoders: "saes/block-~1", partialAutoencoders: true });
    expect(pattern.unit.hash).toBe(one.unit.hash);
    const [path] = pattern.unit.subject.task.autoencoders as string[];
    expect([path, existsSync(path!)]).toEqual([at("saes/block-1"), true]);
    await expect(loaded({ autoencoders: "saes/layer_*" })).rejects.toThrow(/has nothing like layer_\*; it has block-0/);
  });
});
