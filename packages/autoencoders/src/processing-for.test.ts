import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tinyConfig } from "../../core/test/tiny-transformer.ts";
import { temporaryFolder } from "../test/fixtures.ts";
import { tinySaeLens } from "../test/tiny-saelens.ts";
import { tinySparsify } from "../test/tiny-sparsify.ts";
import { inspectAutoencoders } from "./inspect-autoencoders.ts";
import { checkProcessing, processingFor } from "./processing-for.ts";

/** What a SAELens file with these entries in its metadata asks for. */
async function asked(
  about: Record<string, unknown>,
  norm: "layer" | "rms" = "layer",
  cfg: Record<string, unknown> = {},
) {
  const folder = join(temporaryFolder(), "own");
  mkdirSync(folder);
  await tinySaeLens(
    { ...cfg, metadata: { sae_lens_version: "6.54.12", hook_name: "blocks.1.hook_mlp_out", ...about } },
    { folder },
  );
  const inspected = await inspectAutoencoders(folder);
  return processingFor(inspected, { ...tinyConfig, norm });
}

const trained = { sae_lens_training_version: "6.54.12" };

describe("how a model is processed for autoencoders of SAELens", () => {
  it.each([
    ["told not to centre", { model_from_pretrained_kwargs: { center_writing_weights: false } }, true],
    ["told to centre", { ...trained, model_from_pretrained_kwargs: { center_writing_weights: true } }, false],
    ["told something else, by a version that does not process", { ...trained, model_from_pretrained_kwargs: {} }, true],
    ["by a version that does not process", trained, true],
    ["the first such version", { sae_lens_training_version: "3.20.0" }, true],
    ["the last before it", { sae_lens_training_version: "3.19.4" }, false],
    ["a model of transformers", { model_class_name: "AutoModelForCausalLM" }, true],
    ["told nothing", {}, false],
  ])("%s", async (_, about, stored) => {
    expect(await asked(about)).toEqual(stored ? { centerWritingWeights: false } : {});
  });

  it("asks nothing of a model that cannot be centred, nor for what lies behind a norm or is a neuron", async () => {
    expect(await asked(trained, "rms")).toEqual({});
    expect(await asked({ ...trained, hook_name: "blocks.1.mlp.hook_post" })).toEqual({});
  });

  it("of the stream asks for centred weights too, beside others for neither", async () => {
    const centred = { model_from_pretrained_kwargs: { center_writing_weights: true } };
    expect(await asked({ ...centred, hook_name: "blocks.1.hook_resid_post" })).toEqual({ centerWritingWeights: true });
    const root = temporaryFolder();
    for (const [hook, about] of [
      ["hook_resid_post", centred],
      ["hook_mlp_out", trained],
    ] as const) {
      const folder = join(root, hook);
      mkdirSync(folder);
      const metadata = { sae_lens_version: "6.54.12", hook_name: `blocks.1.${hook}`, ...about };
      await tinySaeLens({ metadata }, { folder });
    }
    const both = await inspectAutoencoders(root);
    expect(() => processingFor(both, tinyConfig)).toThrow(
      /`centerWritingWeights` and the other is not: no model is both/,
    );
  });

  it("behind a LayerNorm asks for its weights as the model had them", async () => {
    const behind = (about: Record<string, unknown>, norm?: "rms") =>
      asked({ hook_name: "blocks.1.ln2.hook_normalized", hook_name_out: "blocks.1.hook_mlp_out", ...about }, norm, {
        architecture: "transcoder",
        apply_b_dec_to_input: false,
      });
    expect(await behind(trained)).toEqual({ foldLn: false });
    expect(await behind({ model_from_pretrained_kwargs: { fold_ln: true } })).toEqual({ foldLn: true });
    expect(await behind({})).toEqual({});
    // TransformerLens's hook lies before the weights of a root-mean-square norm.
    expect(await behind(trained, "rms")).toEqual({ foldLn: true });
  });

  it("of heads whose model had value biases folded and norms not, are refused", async () => {
    const z = { hook_name: "blocks.1.attn.hook_z" };
    await expect(
      asked({ ...trained, ...z, model_from_pretrained_kwargs: { fold_value_biases: true } }),
    ).rejects.toThrow(/value biases were folded and its norms were not/);
  });

  it("of heads asks for the biases of values", async () => {
    const z = { hook_name: "blocks.1.attn.hook_z" };
    expect(await asked({ ...trained, ...z })).toEqual({ foldValueBiases: false });
    const told = { model_from_pretrained_kwargs: { fold_value_biases: true, fold_ln: true } };
    expect(await asked({ ...trained, ...z, ...told })).toEqual({});
  });
});

it("autoencoders of modules ask for weights as they are stored", async () => {
  const root = temporaryFolder();
  const folder = await tinySparsify(join(root, "h.0.mlp"));
  const inspected = await inspectAutoencoders(folder);
  expect(processingFor(inspected, tinyConfig)).toEqual({ centerWritingWeights: false });
  const behind = await tinySparsify(join(root, "layers.1.mlp"), { transcode: true });
  const transcoder = await inspectAutoencoders(behind);
  expect(processingFor(transcoder, tinyConfig)).toEqual({ foldLn: false });
  // What the user says of norms against it is refused by what files tell.
  const load =
    /layers\.1\.mlp.*: reads what the norm before the MLP gives with its weights.*load it without that \(`foldLn: false`/;
  for (const norm of ["layer", "rms"] as const)
    expect(() => checkProcessing(transcoder, { ...tinyConfig, norm }, { foldLn: true })).toThrow(load);
  for (const processing of [{ foldLn: false }, {}, { centerUnembed: true }])
    checkProcessing(transcoder, tinyConfig, processing);
  checkProcessing(inspected, tinyConfig, { foldLn: true });
});

it("autoencoders that read before the weights of a norm are of no model whose MLP reads with them", async () => {
  const folder = join(temporaryFolder(), "own");
  mkdirSync(folder);
  const hooks = { hook_name: "blocks.1.ln2.hook_normalized", hook_name_out: "blocks.1.hook_mlp_out" };
  const architecture = { architecture: "transcoder", d_out: 4, apply_b_dec_to_input: false };
  await tinySaeLens({ ...architecture, metadata: { sae_lens_version: "6.54.12", ...hooks } }, { folder });
  const inspected = await inspectAutoencoders(folder);
  const rms = { ...tinyConfig, norm: "rms" as const };
  expect(() => checkProcessing(inspected, rms, { foldLn: false })).toThrow(
    /gives before its weights, .* load it with them folded into the MLP's matrices \(`foldLn: true`\)/,
  );
  checkProcessing(inspected, rms, { foldLn: true });
  // A LayerNorm may have none, which weights alone tell.
  checkProcessing(inspected, tinyConfig, { foldLn: false });
});
