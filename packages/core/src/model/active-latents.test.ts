import { expect, it } from "vitest";
import { tinyAutoencoders } from "../../test/tiny-autoencoders.ts";
import { randomPairs, tinyConfig, tinyTransformer } from "../../test/tiny-transformer.ts";
import { PromptLoader } from "../prompts/prompt-loader.ts";
import { activeLatents } from "./active-latents.ts";
import { PatchableModel } from "./patchable-model.ts";

it("counts the latents that are active at a token of the first prompt pair", async () => {
  using prompts = new PromptLoader(randomPairs(4, 6, 2), { batchSize: 2 });
  using plain = new PatchableModel({ transformer: tinyTransformer({}, 1, { dtype: "float64" }), seqLen: 6 });
  const counted = async (top?: number) => {
    const given = tinyAutoencoders(tinyConfig, { input: "mlp_out", errors: true, ...(top && { activation: "topk" }) });
    using model = plain.withAutoencoders(given);
    return await activeLatents(model, prompts);
  };
  // Of TopK with 3 in each of two blocks, of which some may be below 0.
  expect(await counted(3)).toBeGreaterThan(3);
  expect(await counted(3)).toBeLessThanOrEqual(6);
  // About half of 9 and 6.
  expect(await counted()).toBeGreaterThan(4);
  expect(await counted()).toBeLessThan(13);
  using model = plain.withAutoencoders(tinyAutoencoders(tinyConfig, { input: "mlp_out", errors: true }));
  const [batch] = prompts.batches;
  const sides = await Promise.all(
    [batch!.clean, batch!.corrupt].map(async (tokens) => {
      const latents = await Promise.all(
        (await model.latents(tokens)).map(async (one) => (await one.toArray()) as number[][][]),
      );
      return latents.flatMap((one) => one[0]!.flat()).filter((activation) => activation !== 0).length / 6;
    }),
  );
  expect(await counted()).toBe(Math.ceil(Math.max(...sides)));
  await expect(activeLatents(plain, prompts)).rejects.toThrow(/autoencoders/);
});
