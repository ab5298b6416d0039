import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { resultsFolder } from "../../test/small-sweep.ts";
import { expandPlan } from "../plan/expand-plan.ts";
import type { SweepPlan } from "../plan/plan.ts";
import { givenPlan } from "../plan/read-plan.ts";
import { doUnit } from "./do-unit.ts";
import { Subjects } from "./subjects.ts";

const root = mkdtempSync(join(tmpdir(), "autocircuit-edited-"));
afterAll(() => rmSync(root, { recursive: true }));
const gpt2 = fileURLToPath(new URL("../../../conformance/fixtures/hf/gpt2", import.meta.url));
const prompts = join(root, "prompts.json");
const write = (answer: number) =>
  writeFileSync(
    prompts,
    JSON.stringify({
      prompts: [0, 1].map((row) => ({ clean: [row, 2], corrupt: [row, 3], answers: [answer], wrong_answers: [1] })),
    }),
  );
beforeAll(() => cpSync(gpt2, join(root, "model"), { recursive: true }));

const plan: SweepPlan = {
  tasks: [{ key: "own", model: "model", prompts: "prompts.json", batchSize: 1, batchCount: 1 }],
  algorithms: ["random"],
  seeds: [0, 1],
  measure: { metrics: ["kl-clean"], sizes: [0] },
};

it("prompts that are edited after the plan was read are never kept under the hash of the old ones", async () => {
  write(4);
  const units = await expandPlan(givenPlan(plan, root));
  using out = await resultsFolder();
  await using subjects = new Subjects();
  const outcomes = [await doUnit(units[0]!, { results: out.results, subjects, runner: "alone" })];
  write(5);
  outcomes.push(await doUnit(units[1]!, { results: out.results, subjects, runner: "alone" }));
  expect(outcomes).toEqual(["done", "failed"]);
  expect((await out.results.error(units[1]!.hash))!).toMatchObject({
    kind: "bad-file",
    message: expect.stringMatching(/prompts\.json changed since the plan was read/),
  });
});

it("nor are weights that are written over while a unit runs: they are mapped", async () => {
  write(4);
  const [unit] = (await expandPlan(givenPlan(plan, root))) as [Awaited<ReturnType<typeof expandPlan>>[number]];
  using out = await resultsFolder();
  await using subjects = new Subjects();
  await subjects.of(unit.subject);
  const weights = join(root, "model", "model.safetensors");
  const bytes = readFileSync(weights);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(weights, bytes);
  expect(await doUnit(unit, { results: out.results, subjects, runner: "alone" })).toBe("failed");
  expect((await out.results.error(unit.hash))!.message).toMatch(/model changed since the plan was read/);
});
