import { Tensor } from "@autocircuit/native";
import { afterAll, describe, expect, it } from "vitest";
import { models } from "../../test/latent-models.ts";
import { type TinyAutoencoders, tinyAutoencoders } from "../../test/tiny-autoencoders.ts";
import { randomPairs, tinyConfig, tinyTransformer, tinyWeights } from "../../test/tiny-transformer.ts";
import { PromptLoader } from "../prompts/prompt-loader.ts";
import { latentPlaces } from "./latents.ts";
import { PatchableModel } from "./patchable-model.ts";

const [batchSize, length] = [3, 5];
const prompts = new PromptLoader(randomPairs(batchSize, length), { batchSize });
const batch = prompts.batches[0]!;
afterAll(() => prompts[Symbol.dispose]());

describe("a graph of latents of attention", () => {
  it("has activations of what its heads write, and rows of what that leaves out", async () => {
    for (const [input, hook] of [
      ["attn_out", "blocks.1.hook_attn_out"],
      ["z", "blocks.1.attn.hook_z"],
    ] as const) {
      const given = tinyAutoencoders(tinyConfig, { input, counts: [0, 6] });
      using both = models({ input, counts: [0, 6] });
      const { withLatents } = both;
      using seen = await withLatents.activations(batch.clean, [hook, "blocks.1.hook_attn_out"]);
      using plainly = await both.plain.activations(batch.clean, [hook]);
      expect(await seen.of(hook).sub(plainly.of(hook)).abs().max().item()).toBeLessThan(1e-10);
      const { encode, bias, decode, outBias } = given.blocks[1]!;
      const x = seen.of(hook).reshape([batchSize, length, -1]);
      const expected = x.matmul(encode.transpose(0, 1)).add(bias).relu();
      const [found, ...others] = await withLatents.latents(batch.clean);
      expect(others).toEqual([]);
      expect(await found!.sub(expected).abs().max().item()).toBeLessThan(1e-10);
      expect(latentPlaces(withLatents.graph)).toEqual([{ block: 1, of: "attention", count: 6 }]);
      if (input === "z") continue;
      const made = expected.matmul(decode).add(outBias);
      const rows = await withLatents.sourceOutputs(batch.clean);
      // Start, two heads and an MLP of block 0, then the error in the place of block 1's first head.
      const error = seen.of("blocks.1.hook_attn_out").sub(made);
      expect(await rows.select(0, 4).sub(error).abs().max().item()).toBeLessThan(1e-10);
      expect(await rows.select(0, 5).abs().max().item()).toBe(0);
    }
  });

  it.each([
    ["mlp_post", true, "hook_mlp_out", "hook_resid_mid", "hook_resid_post"],
    ["mlp_post", false, "hook_mlp_out", "hook_resid_mid", "hook_resid_post"],
    ["z", true, "hook_attn_out", "hook_resid_pre", "hook_resid_mid"],
    ["z", false, "hook_attn_out", "hook_resid_pre", "hook_resid_mid"],
  ] as const)("of %s, errors %s, has at %s what goes into the stream", async (input, errors, hook, before, after) => {
    using both = models({ input, errors });
    using seen = await both.withLatents.activations(
      batch.clean,
      [hook, before, after].map((name) => `blocks.1.${name}`),
    );
    const written = seen.of(`blocks.1.${after}`).sub(seen.of(`blocks.1.${before}`));
    expect(await seen.of(`blocks.1.${hook}`).sub(written).abs().max().item()).toBeLessThan(1e-10);
  });

  it.each([
    ["z", "blocks.1.attn.hook_z", "ln1_post", "hook_attn_out"],
    ["mlp_post", "blocks.1.mlp.hook_post", "ln2_post", "hook_mlp_out"],
  ] as const)("of %s behind a norm, whose latents share what it gives", async (input, hook, norm, out) => {
    const weights = tinyWeights({}, 1, { postNorms: true });
    const weight = (name: string) => weights[`blocks.1.${name}`]!.to("float64");
    const given = tinyAutoencoders(tinyConfig, { input, counts: [0, 6] });
    using both = models({ input, counts: [0, 6] }, {}, { postNorms: true });
    const { plain, withLatents } = both;
    using seen = await plain.activations(batch.clean, [hook, `blocks.1.${out}`]);
    const { encode, bias, decode } = given.blocks[1]!;
    const x = seen.of(hook).reshape([batchSize, length, -1]);
    const activations = x.matmul(encode.transpose(0, 1)).add(bias).relu();
    const [found] = await withLatents.latents(batch.clean);
    expect(await found!.sub(activations).abs().max().item()).toBeLessThan(1e-10);

    const matrix = input === "z" ? weight("attn.W_O").reshape([-1, tinyConfig.dModel]) : weight("mlp.W_out");
    const total = input === "z" ? x.matmul(matrix) : x.matmul(matrix).add(weight("mlp.b_out"));
    const scale = total.mul(total).mean(-1, true).add(tinyConfig.eps).sqrt();
    const rows = decode.matmul(matrix).mul(weight(`${norm}.w`));
    const zero = await withLatents.ablations(batch.clean, "zero");
    const stream = (await plain.activations(batch.clean, ["blocks.1.hook_resid_post"])).of("blocks.1.hook_resid_post");
    for (const latent of [0, 3, 5]) {
      // To the end what the latent writes is missing, and nothing else.
      const share = activations
        .slice(2, latent, latent + 1)
        .mul(rows.slice(0, latent, latent + 1))
        .div(scale);
      const owner = input === "z" ? "Attention 1" : "MLP 1";
      const ablate = [`${owner} Latent ${latent}->Resid End`];
      const other = await withLatents.forward(batch.clean, { ablate, ablation: zero });
      const value = stream.sub(share);
      const expected = await plain.forward(batch.clean, { replace: [{ hook: "blocks.1.hook_resid_post", value }] });
      expect(await other.sub(expected).abs().max().item()).toBeLessThan(1e-10);
    }
  });

  it("refuses what does not fit", async () => {
    using plain = new PatchableModel({ transformer: tinyTransformer({}, 1, { dtype: "float64" }) });
    const of = (input: TinyAutoencoders, config = tinyConfig) =>
      plain.withAutoencoders(tinyAutoencoders(config, input));
    expect(() => of({ input: "z" }, { ...tinyConfig, heads: 3 })).toThrow(/block 0's attention.*latents, 16.*24/s);
    expect(() => of({ input: "attn_out", beside: [{ input: "z" }] })).toThrow(/attn_out and z are both of attention/);
    expect(() => of({ input: "z", counts: [3] })).toThrow(/2 blocks/);
    expect(() => of({ input: "z", counts: [0, 0] })).toThrow(/all are null/);
    using normed = new PatchableModel({ transformer: tinyTransformer({}, 1, { dtype: "float64", postNorms: true }) });
    for (const [input, what] of [
      ["z", /block 0's attention writes through the norm that this model has behind its attention.*Keep errors/],
      ["mlp_post", /block 0 writes through the norm that this model has behind its MLPs.*Keep errors/],
    ] as const) {
      using refused = normed.withAutoencoders(tinyAutoencoders(tinyConfig, { input, errors: false }));
      await expect(refused.forward(batch.clean)).rejects.toThrow(what);
    }
    using latent = of({ input: "z" });
    const value = Tensor.zeros([1, length, tinyConfig.heads, tinyConfig.dHead], { dtype: "float64" });
    await expect(
      latent.forward(batch.clean, { replace: [{ hook: "blocks.0.attn.hook_z", value }] } as never),
    ).rejects.toThrow(/cannot be replaced in a model with autoencoders/);
  });
});
