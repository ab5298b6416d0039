import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readConfig } from "@autocircuit/models";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { autoencoderFolder } from "../../../circuits/test/autoencoder-folder.ts";
import { resultsFolder } from "../../test/small-sweep.ts";
import { compareSweep } from "../compare/compare-sweep.ts";
import { expandPlan } from "../plan/expand-plan.ts";
import { fixedPlan } from "../plan/fixed-plan.ts";
import type { SweepTask } from "../plan/plan.ts";
import { givenPlan } from "../plan/read-plan.ts";
import { type DoneUnit, doneUnits, unitRow } from "../results/result-rows.ts";
import { doUnit } from "./do-unit.ts";
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

  it("say in units, rows and pages what pruning their latents costs, and what dropping their errors does", async () => {
    using out = await resultsFolder();
    const saes = { autoencoders: "saes", autoencoderErrors: false };
    const tasks = [
      own,
      { ...own, ...saes, key: "dropped" },
      { ...own, ...saes, key: "pruned", pruneLatents: true, maxLatents: 2 },
    ];
    const units = await expandPlan(
      givenPlan({ tasks, algorithms: ["random"], measure: { metrics: ["kl-clean"] } }, root),
    );
    await using subjects = new Subjects();
    const done: DoneUnit[] = [];
    const measured: object[] = [];
    for (const unit of units) {
      expect(await doUnit(unit, { results: out.results, subjects, runner: "alone" })).toBe("done");
      const { prunedLatents, replacedKl } = await subjects.of(unit.subject);
      measured.push({ prunedKl: prunedLatents?.prunedKl ?? null, replacedKl });
    }
    for await (const one of doneUnits(units, out.results)) done.push(one);
    const found = done.map(({ result: { prunedLatents, replacedKl } }) => ({
      prunedKl: prunedLatents?.prunedKl ?? null,
      replacedKl,
    }));
    expect(found).toEqual(measured);
    const [plain, dropped, pruned] = done as [DoneUnit, DoneUnit, DoneUnit];
    expect(unitRow(plain)).toMatchObject({ prunedKl: null, replacedKl: null });
    expect(dropped.result).toMatchObject({ prunedLatents: null, replacedKl: expect.any(Number) });
    expect(dropped.result.replacedKl).toBeGreaterThan(0);
    const { layers } = await sizes();
    expect(pruned.result.prunedLatents).toEqual({ kept: new Array(layers).fill(2), prunedKl: expect.any(Number) });
    expect(pruned.result.prunedLatents!.prunedKl).toBeGreaterThan(0);
    const row = unitRow(pruned);
    expect([row.prunedKl, row.replacedKl]).toEqual([pruned.result.prunedLatents!.prunedKl, pruned.result.replacedKl]);
    const page = await compareSweep(done, { name: "test", command: String });
    expect(page.tables!.find(({ title }) => title === "Autoencoders")!.rows).toEqual([
      ["dropped", "random", null, dropped.result.replacedKl],
      ["pruned", "random", row.prunedKl, row.replacedKl],
    ]);
    expect(page.lead).toMatch(/"the model" is what they make of it/);
    const without = await compareSweep([plain], { name: "test", command: String });
    expect([without.lead, JSON.stringify(without.tables)]).not.toContainEqual(expect.stringMatching(/utoencoders/));
  });

  it("are held against the model, with the latents that are to be kept, when the plan is read", async () => {
    const { layers } = await sizes();
    const mlp = new Array(layers).fill([1, 2]);
    const expanded = (task: Partial<SweepTask>) =>
      expandPlan(givenPlan({ tasks: [{ ...own, autoencoders: "saes", ...task }], algorithms: ["random"] }, root));
    const kept = (keptLatents: unknown, more: object = {}) => ({ keepLatents: { keptLatents, ...more } as never });
    expect(await expanded(kept({ mlp }))).toHaveLength(1);
    for (const [task, says] of [
      [kept({ mlp: [[1]] }), /`keptLatents\.mlp` is of 1 block, and there are/],
      [kept({ mlp: mlp.with(0, [1, 10]) }), /the autoencoder of MLP 0 has no latent 10: its latents are 0 to 9/],
      [kept({ mlp: mlp.with(0, [1, 1]) }), /of MLP 0 a latent is to be kept twice/],
      [kept({ mlp: mlp.with(0, ["1"]) }), /MLP 0 has no latent "1"/],
      [kept({ neurons: mlp }), /`keptLatents` has `neurons`/],
      [kept({ attention: mlp }), /latents of Attention 0 are to be kept, and these autoencoders have none of it/],
      [kept(undefined, { layers }), /so it is of no model with autoencoders/],
      [kept({ mlp }, { latentErrors: "no" }), /`latentErrors` must be true or false/],
      [
        kept({ mlp: mlp.map((list) => [list, list]) }),
        /other latents at each of 2 positions, and here edges have no position/,
      ],
      [{ ...kept({ mlp }), byToken: true }, /the same latents at all positions, and here edges are by token/],
      [{ factorized: false }, /sources of factorised graphs only: leave `factorized: false` out/],
      [{ autoencoderScale: 2 }, /`autoencoderScale` is given, and these autoencoders take no factor/],
      [{ autoencoders: ["saes/block-1"] }, /has no autoencoder of block 0/],
    ] as const) {
      const refused = await expanded(task).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: "bad-input", message: expect.stringMatching(says) });
      expect((refused as Error).message).toMatch(/^The task "own" of the plan: /);
    }
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
