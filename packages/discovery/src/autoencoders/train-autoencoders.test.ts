import { PatchableModel, PromptLoader, pruneLatents } from "@autocircuit/core";
import { type Autoencoders, disposeAutoencoders, placedAutoencoders } from "@autocircuit/native";
import { afterAll, describe, expect, it } from "vitest";
import { randomPairs, tinyConfig, tinyTransformer } from "../../../core/test/tiny-transformer.ts";
import { randomTask } from "../../test/random-model.ts";
import { trainAutoencoders } from "./train-autoencoders.ts";

const { model, prompts } = randomTask({ seed: 5, promptCount: 6, batchSize: 6 });
afterAll(() => model.dispose());

async function trainedKl(input: Autoencoders["input"], of: PatchableModel = model, on: PromptLoader = prompts) {
  const settings = { input, latents: 24, learningRate: 0.01, l1: 0.001 };
  const first = await trainAutoencoders(of, on, { ...settings, epochs: 1 });
  const trained = await trainAutoencoders(of, on, { ...settings, epochs: 150 });
  disposeAutoencoders(first.autoencoders);
  return { first, trained };
}

describe("trainAutoencoders", () => {
  it.each(["mlp_out", "mlp_post", "mlp_in", "mlp_resid", "attn_out", "z", "resid_post"] as const)(
    "%s: the model with them comes to say what it said without",
    async (input) => {
      const { first, trained } = await trainedKl(input);
      expect(trained.loss).toHaveLength(150);
      expect(trained.kl).toBeLessThan(0.2 * first.kl);
      expect(trained.active).toBeGreaterThan(0);
      expect(placedAutoencoders(trained.autoencoders).map((one) => [one.block, one.input])).toEqual([
        [0, input],
        [1, input],
      ]);
      using latent = model.withAutoencoders(trained.autoencoders);
      using full = await latent.forward(prompts.batches[0]!.clean);
      using expected = await model.forward(prompts.batches[0]!.clean);
      expect(await full.sub(expected).abs().max().item()).toBeLessThan(1e-4);
      disposeAutoencoders(trained.autoencoders);
    },
  );

  it.each(["z", "mlp_post"] as const)("refuses %s behind a norm, which needs its errors", async (input) => {
    const transformer = tinyTransformer({ postNorms: true }, 1, { postNorms: true });
    using behindNorms = new PatchableModel({ transformer });
    await expect(trainAutoencoders(behindNorms, prompts, { input, latents: 4, epochs: 1 })).rejects.toThrow(
      /are trained without their errors, which those of "\w+" need in this model: a norm stands between/,
    );
  });

  it("transcoders say whether the norm that they read has weights", async () => {
    const settings = { input: "mlp_in", latents: 4, epochs: 1 } as const;
    using pairs = new PromptLoader(randomPairs(2, 5), { batchSize: 2 });
    const weights = Array.from({ length: tinyConfig.dModel }, (_, i) => 0.5 + i / 16);
    for (const mlpNormWeights of [weights, undefined]) {
      using of = new PatchableModel({ transformer: tinyTransformer({}, 1, mlpNormWeights ? { mlpNormWeights } : {}) });
      const { autoencoders } = await trainAutoencoders(of, pairs, settings);
      expect(autoencoders.normWeights).toBe(mlpNormWeights !== undefined);
      of.withAutoencoders(autoencoders).dispose();
      disposeAutoencoders(autoencoders);
    }
  });

  it("a larger weight of latents leaves fewer of them active", async () => {
    const settings = { latents: 24, learningRate: 0.01, epochs: 150 };
    const many = await trainAutoencoders(model, prompts, { ...settings, l1: 0 });
    const few = await trainAutoencoders(model, prompts, { ...settings, l1: 1 });
    expect(few.active).toBeLessThan(0.7 * many.active);
    const pruned = await pruneLatents(model, many.autoencoders, prompts);
    expect(pruned.prunedKl).toBeLessThan(1e-5);
    for (const { autoencoders } of [many, few, pruned]) disposeAutoencoders(autoencoders);
  });

  it("is stopped, tells how far it is, and refuses what it cannot do", async () => {
    const seen: number[] = [];
    const stop = new AbortController();
    const running = trainAutoencoders(model, prompts, {
      ...{ latents: 4, epochs: 50, signal: stop.signal },
      onProgress: ({ done, total, loss }) => {
        seen.push(done);
        expect([total, Number.isFinite(loss)]).toEqual([50, true]);
        if (done === 3) stop.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ code: "aborted" });
    expect(seen).toEqual([1, 2, 3]);
    await expect(
      trainAutoencoders(model, prompts, { latents: 4, learningRate: 1e30, epochs: 5 }),
    ).rejects.toMatchObject({
      code: "not-finite",
      message: expect.stringMatching(/^Training, step [23] of 5 \(epoch [23], batch 0\): /),
    });
    const { autoencoders } = await trainAutoencoders(model, prompts, { latents: 4, epochs: 1 });
    using latent = model.withAutoencoders(autoencoders);
    disposeAutoencoders(autoencoders);
    await expect(trainAutoencoders(latent, prompts, { latents: 4 })).rejects.toThrow(/has autoencoders/);
    await expect(trainAutoencoders(model, prompts, { latents: 0 })).rejects.toThrow(/latents/);
    for (const latents of [1e9, 1e12, Number.MAX_SAFE_INTEGER]) {
      const refused = await trainAutoencoders(model, prompts, { latents }).catch((error: unknown) => error);
      expect(refused).toMatchObject({
        code: "out-of-memory",
        message: expect.stringMatching(
          /latents in each of 2 blocks take at least [\d,]+ MiB .* are free\. Take at most [\d,]+ latents\.$/,
        ),
      });
    }
    await expect(trainAutoencoders(model, prompts, { latents: 4, l1: 1e39, epochs: 1 })).rejects.toThrow(
      /the loss is no number\. Choose a smaller learning rate, or a smaller `l1`/,
    );
  });
});
