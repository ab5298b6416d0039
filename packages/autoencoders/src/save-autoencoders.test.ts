import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keepLatents, PatchableModel, PromptLoader, pruneLatents } from "@autocircuit/core";
import { mapAutoencoders, placedAutoencoders } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { type TinyAutoencoders, tinyAutoencoders } from "../../core/test/tiny-autoencoders.ts";
import { randomPairs, tinyConfig, tinyTransformer } from "../../core/test/tiny-transformer.ts";
import { temporaryFolder } from "../test/fixtures.ts";
import { tinySaeLens, tinySizes } from "../test/tiny-saelens.ts";
import { engineAutoencoders } from "./engine-autoencoders.ts";
import { loadAutoencoders } from "./load-autoencoders.ts";
import { saveAutoencoders } from "./save-autoencoders.ts";

const kinds: TinyAutoencoders[] = [
  { input: "mlp_out", activation: "topk" },
  { input: "mlp_post", activation: "jumprelu" },
  { input: "mlp_in", beside: [{ input: "z", counts: [4, 5] }] },
  { input: "mlp_in", activation: "jumprelu" },
  { input: "mlp_resid", activation: "jumprelu" },
  { input: "attn_out", activation: "topk" },
  { input: "resid_post", activation: "topk" },
  { input: "mlp_out", beside: [{ input: "attn_out" }, { input: "resid_post", counts: [4, 0] }] },
];

describe("saveAutoencoders", () => {
  it("says how the weights of their model were processed, as far as it is known", async () => {
    const facts = { centeredWrites: true, valueBiases: false };
    const told = async (given: ReturnType<typeof tinyAutoencoders>, hook: string) => {
      const folder = join(temporaryFolder(), "saved");
      await saveAutoencoders(folder, given);
      const config = JSON.parse(readFileSync(join(folder, `blocks.0.${hook}`, "cfg.json"), "utf8"));
      return config.metadata.model_from_pretrained_kwargs;
    };
    const z = mapAutoencoders(tinyAutoencoders(tinyConfig, { input: "z" }), (one) => ({ ...one, ...facts }));
    const kwargs = { center_writing_weights: true, fold_value_biases: true };
    // Without any bias of values: those that come from the norms' own are gone too.
    expect(await told(z, "attn.hook_z")).toEqual({ ...kwargs, fold_ln: true });
    const transcoders = { ...tinyAutoencoders(tinyConfig, { input: "mlp_in" }), normWeights: false };
    expect(await told(transcoders, "ln2.hook_normalized")).toEqual({ fold_ln: true });
    expect(await told(tinyAutoencoders(tinyConfig, { input: "mlp_out" }), "hook_mlp_out")).toBe(undefined);
  });

  it.each(kinds)("$input, $activation: what is loaded computes the same", async (kind) => {
    const folder = join(temporaryFolder(), "saved");
    const given = tinyAutoencoders(tinyConfig, { ...kind, errors: false });
    await saveAutoencoders(folder, given, { modelName: "tiny" });
    using set = await loadAutoencoders(folder, { dtype: "float64" });
    expect(set.autoencoders.map(({ modelName }) => modelName)).toEqual(placedAutoencoders(given).map(() => "tiny"));
    const read = engineAutoencoders(set, tinyConfig, { autoencoderErrors: false });
    expect(placedAutoencoders(read).map(({ block, input }) => [block, input])).toEqual(
      placedAutoencoders(given).map(({ block, input }) => [block, input]),
    );
    using plain = new PatchableModel({ transformer: tinyTransformer({}, 1, { dtype: "float64" }) });
    using prompts = new PromptLoader(randomPairs(3, 5), { batchSize: 3 });
    const logits = [given, read].map(async (autoencoders) => {
      using model = plain.withAutoencoders(autoencoders);
      return await model.forward(prompts.batches[0]!.clean);
    });
    const [expected, found] = await Promise.all(logits);
    // Files are float32.
    expect(await found!.sub(expected!).abs().max().item()).toBeLessThan(1e-5);
  });

  it.each(["whole", "pruned"])(
    "transcoders behind a LayerNorm with its weights, %s: what is loaded computes the same",
    async (made) => {
      const mlpNormWeights = Array.from({ length: tinyConfig.dModel }, (_, i) => 0.5 + i / 16);
      using plain = new PatchableModel({ transformer: tinyTransformer({}, 1, { dtype: "float64", mlpNormWeights }) });
      using prompts = new PromptLoader(randomPairs(3, 5), { batchSize: 3 });
      const whole = { ...tinyAutoencoders(tinyConfig, { input: "mlp_in", errors: false }), normWeights: true };
      const given =
        made === "whole" ? whole : (await pruneLatents(plain, whole, prompts, { maxLatents: 3 })).autoencoders;
      expect(given.normWeights).toBe(true);
      const folder = join(temporaryFolder(), "saved");
      await expect(saveAutoencoders(folder, given)).rejects.toThrow(
        /give the model's configuration, `config: model.config`/,
      );
      await saveAutoencoders(folder, given, { config: plain.config });
      using set = await loadAutoencoders(folder, { dtype: "float64" });
      const read = engineAutoencoders(set, plain.config, { autoencoderErrors: false });
      expect(read.normWeights).toBe(true);
      const logits = [given, read].map(async (autoencoders) => {
        using model = plain.withAutoencoders(autoencoders);
        return await model.forward(prompts.batches[0]!.clean);
      });
      const [expected, found] = await Promise.all(logits);
      expect(await found!.sub(expected!).abs().max().item()).toBeLessThan(1e-5);
      // Both say what they are of.
      using folded = new PatchableModel({ transformer: tinyTransformer({}, 1, { dtype: "float64" }) });
      using misfit = folded.withAutoencoders(read);
      await expect(misfit.transformer.ready()).rejects.toThrow(/norm/);
    },
  );

  it.each([
    ["skip_transcoder", {}],
    ["jumprelu_skip_transcoder", { threshold: [tinySizes.dSae] }],
  ])("refuses what had a skip connection, as it is, pruned or kept: %s", async (architecture, shapes) => {
    const { dIn } = tinySizes;
    const hooks = { hook_name: "blocks.0.ln2.hook_normalized", hook_name_out: "blocks.0.hook_mlp_out" };
    const metadata = { sae_lens_version: "6.54.12", ...hooks };
    const settings = { architecture, apply_b_dec_to_input: false, metadata };
    using set = await loadAutoencoders(await tinySaeLens(settings, { shapes: { ...shapes, W_skip: [dIn, dIn] } }));
    const config = { ...tinyConfig, layers: 1, dModel: dIn };
    const given = engineAutoencoders(set, config);
    using plain = new PatchableModel({ transformer: tinyTransformer(config, 1) });
    using prompts = new PromptLoader(randomPairs(3, 5), { batchSize: 3 });
    const { autoencoders: pruned } = await pruneLatents(plain, given, prompts, { maxLatents: 2 });
    const kept = keepLatents(given, { keptLatents: { mlp: [[1, 0]] } });
    const all = keepLatents(given, { latentErrors: true });
    const folder = join(temporaryFolder(), "saved");
    for (const one of [given, pruned, kept, all])
      await expect(saveAutoencoders(folder, one)).rejects.toThrow(
        /of mlp_in of block 0 has a skip connection in the file that it was loaded from.*\(`keepLatents`\)/,
      );
    expect(existsSync(folder)).toBe(false);
  });

  it("keeps what latents were called before some were left out", async () => {
    using plain = new PatchableModel({ transformer: tinyTransformer({}, 1, { dtype: "float64" }) });
    using prompts = new PromptLoader(randomPairs(3, 5), { batchSize: 3 });
    const given = tinyAutoencoders(tinyConfig, { input: "mlp_out", errors: true });
    const { autoencoders, kept } = await pruneLatents(plain, given, prompts, { maxLatents: 3 });
    const folder = join(temporaryFolder(), "saved");
    await saveAutoencoders(folder, autoencoders);
    using set = await loadAutoencoders(folder, { dtype: "float64" });
    using model = plain.withAutoencoders(engineAutoencoders(set, tinyConfig));
    expect(model.graph.config.keptLatents).toEqual({ mlp: kept });
    expect(model.graph.has(`MLP 0 Latent ${kept[0]![2]}->A1.0.Q`)).toBe(true);

    const config = join(folder, "blocks.0.hook_mlp_out", "cfg.json");
    const written = JSON.parse(readFileSync(config, "utf8"));
    for (const numbers of [[1, 1, 2], [1, 2], [1, 2, -3], "3"]) {
      written.metadata.latent_numbers = numbers;
      writeFileSync(config, JSON.stringify(written));
      await expect(loadAutoencoders(folder)).rejects.toThrow(
        /`latent_numbers` is .*, which is not a list of 3 different whole numbers/,
      );
    }
  });

  it("refuses what the files cannot say, and leaves nothing", async () => {
    const parent = temporaryFolder();
    const folder = join(parent, "saved");
    const given = tinyAutoencoders(tinyConfig, { input: "mlp_out", errors: false });
    await expect(saveAutoencoders(parent, given)).rejects.toThrow(/is there already/);
    const nan = mapAutoencoders(given, (one) => ({ ...one, bias: one.bias.mul(Number.NaN) }));
    await expect(saveAutoencoders(folder, nan)).rejects.toMatchObject({ code: "not-finite" });
    for (const top of [2.5, -1, 1000]) {
      const wrong = mapAutoencoders(given, (one) => ({ ...one, top }));
      await expect(saveAutoencoders(folder, wrong)).rejects.toThrow(
        `\`top\` of mlp_out of block 0 is ${top}, which has to be a whole number of at most its 9 latents`,
      );
    }
    const transcoders = tinyAutoencoders(tinyConfig, { input: "mlp_in", activation: "topk" });
    await expect(saveAutoencoders(folder, transcoders)).rejects.toThrow(/transcoder that keeps the largest/);
    const across = tinyAutoencoders(tinyConfig, { input: "mlp_in", crossLayers: true });
    await expect(saveAutoencoders(folder, across)).rejects.toThrow(/block 0 writes to later blocks/);
    const behindWeights = { ...tinyAutoencoders(tinyConfig, { input: "mlp_in" }), normWeights: true };
    await expect(saveAutoencoders(folder, behindWeights, { config: { ...tinyConfig, norm: "rms" } })).rejects.toThrow(
      /a norm that is no LayerNorm gives with its weights/,
    );
    using plain = new PatchableModel({ transformer: tinyTransformer({}, 1, { dtype: "float64" }) });
    using prompts = new PromptLoader(randomPairs(3, 5), { batchSize: 3 });
    const pruned = await pruneLatents(plain, given, prompts, { byPosition: true, maxLatents: 2 });
    await expect(saveAutoencoders(folder, pruned.autoencoders)).rejects.toThrow(
      /block 0 has latents for each position/,
    );
    await expect(saveAutoencoders("/proc/none/saved", given)).rejects.toMatchObject({ code: "bad-file" });
    writeFileSync(join(parent, "file"), "");
    await expect(saveAutoencoders(join(parent, "file", "saved"), given)).rejects.toMatchObject({ code: "bad-file" });
    rmSync(join(parent, "file"));
    expect([existsSync(folder), readdirSync(parent)]).toEqual([false, []]);
  });
});
