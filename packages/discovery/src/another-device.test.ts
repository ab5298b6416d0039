import type { PruneScores } from "@autocircuit/core";
import { type Device, openDevice, recordings } from "@autocircuit/native";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { tinyAutoencoders } from "../../core/test/tiny-autoencoders.ts";
import { randomTask, withModelAnswers } from "../test/random-model.ts";
import { acdc } from "./acdc/acdc.ts";
import { fewestEdges } from "./fewest-edges/fewest-edges.ts";
import { maskGradient } from "./mask-gradient.ts";
import { subnetworkProbing } from "./probing/subnetwork-probing.ts";

// A device of its own as far as LibTorch can tell, with the CUDA library's kernels and the host's memory. `npm test` builds its library.
const pretend = process.env.AUTOCIRCUIT_PRETEND_DEVICE !== undefined;
if (!pretend) console.warn("Skipped: no AUTOCIRCUIT_PRETEND_DEVICE. npm test without arguments builds it.");

/** What `discover` gives on a device. */
async function on<T>(device: Device, discover: (task: ReturnType<typeof randomTask>) => Promise<T>) {
  process.env.AUTOCIRCUIT_DEVICE = device;
  const task = randomTask({ seed: 3, layers: 3, heads: 4, promptCount: 6, batchSize: 6 });
  expect(task.model.transformer.device).toBe(device);
  try {
    return await discover(task);
  } finally {
    task.model.dispose();
  }
}

function expectClose(found: PruneScores, expected: PruneScores, tolerance: number): void {
  const largest = Math.max(...expected.values.map(Math.abs));
  expect(largest).toBeGreaterThan(0);
  found.values.forEach((value, edge) => {
    expect(Math.abs(value - expected.values[edge]!)).toBeLessThan(tolerance * largest);
  });
}

describe.skipIf(!pretend)("discovery on another device finds what it finds on the CPU", () => {
  beforeAll(() => openDevice("pretend:0"));
  afterEach(() => {
    delete process.env.AUTOCIRCUIT_DEVICE;
  });

  test("ACDC, with passes that were recorded once and repeated", async () => {
    const before = await recordings();
    const run = ({ model, prompts }: ReturnType<typeof randomTask>) =>
      acdc(model, prompts, { taus: [1e-3, 1e-2, 0.1] });
    const [expected, found] = [await on("cpu", run), await on("pretend:0", run)];
    expect(found.values).toEqual(expected.values);
    expect(new Set(expected.values).size).toBeGreaterThan(2);
    const after = await recordings();
    expect(after.failed, after.failure).toBe(0);
    expect(after.replayed - before.replayed).toBeGreaterThan(after.recorded - before.recorded);
    expect(after.recorded).toBeGreaterThan(before.recorded);
  });

  test.each(["resample", "zero", "tokenwise-mean-corrupt"] as const)("mask gradients, %s", async (ablation) => {
    const run = ({ model, prompts }: ReturnType<typeof randomTask>) =>
      maskGradient(model, prompts, { ablation, steps: 3 });
    // Zeros bring streams near 0, where the norm magnifies rounding.
    expectClose(await on("pretend:0", run), await on("cpu", run), ablation === "zero" ? 1e-3 : 1e-4);
  });

  test.each([
    { input: "mlp_out", errors: false },
    { input: "mlp_post", errors: true, activation: "topk" },
  ] as const)("latents of autoencoders: $input", async (kind) => {
    const run = async ({ model, prompts }: ReturnType<typeof randomTask>) => {
      using latent = model.withAutoencoders(tinyAutoencoders(model.config, { ...kind, counts: [7, 9, 8] }));
      const scores = await maskGradient(latent, prompts, { maskValue: 0.3 });
      return { scores, removed: await acdc(latent, prompts, { taus: [1e-2, 0.1] }) };
    };
    const [expected, found] = [await on("cpu", run), await on("pretend:0", run)];
    expectClose(found.scores, expected.scores, 1e-4);
    expect(found.removed.values).toEqual(expected.removed.values);
  });

  test("subnetwork probing", async () => {
    const run = ({ model, prompts }: ReturnType<typeof randomTask>) => subnetworkProbing(model, prompts, { epochs: 3 });
    expectClose(await on("pretend:0", run), await on("cpu", run), 1e-3);
  });

  test("the fewest edges", async () => {
    const run = async (task: ReturnType<typeof randomTask>) => {
      const { model, prompts } = await withModelAnswers(task);
      const scores = await maskGradient(model, prompts);
      return fewestEdges(model, prompts, [scores], { keep: 0.5 });
    };
    const [expected, found] = [await on("cpu", run), await on("pretend:0", run)];
    expect(found.keptCount).toBe(expected.keptCount);
    expect(found.scores.values.map(Math.sign)).toEqual(expected.scores.values.map(Math.sign));
  });
});
