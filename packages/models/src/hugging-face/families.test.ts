import { readFileSync } from "node:fs";
import type { TransformerConfig } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { huggingFace, huggingFaceFamilies } from "../../test/fixtures.ts";
import { smallFamilies } from "../../test/small-families.ts";
import { ConfigReader } from "../config-reader.ts";
import { SafetensorsFile } from "../safetensors/safetensors-file.ts";
import { checkWeights } from "../weights/check-names.ts";
import { weightLayout } from "../weights/layout.ts";
import { FAMILIES, findFamily, modelFamilies } from "./families.ts";
import { familyNames } from "./names.ts";

const values = (name: string) => JSON.parse(readFileSync(`${huggingFace(name)}/config.json`, "utf8"));

/** The engine's configuration of a fixture, with some entries changed (undefined: taken away). */
function configOf(name: string, changes: object = {}): TransformerConfig {
  const raw = new ConfigReader({ ...values(name), ...changes }, "config.json");
  return findFamily(raw).config(raw);
}

describe("every family", () => {
  it("has a fixture", () => {
    expect(new Set(huggingFaceFamilies.map((name) => values(name).model_type))).toEqual(new Set(FAMILIES.keys()));
  });

  it("is known by the names of its models", () => {
    const families = Object.entries(smallFamilies);
    expect(families.map(([modelType]) => modelType).sort()).toEqual([...FAMILIES.keys()].sort());
    const familiesOf = (name: string) =>
      modelFamilies.filter(({ named }) => named.test(name.toLowerCase())).map(({ modelType }) => modelType);
    for (const [modelType, { models }] of families) {
      expect(models, modelType).not.toEqual([]);
      // What is known by a name is every family that says so, and no other.
      for (const name of models)
        expect(familiesOf(name).sort(), name).toEqual(
          families.flatMap(([other, { models }]) => (models.includes(name) ? [other] : [])).sort(),
        );
    }
    expect(familiesOf("tiny-adoptions")).toEqual([]);
  });

  it.each(huggingFaceFamilies)("%s: its rules take exactly what the checkpoint holds", async (name) => {
    const raw = new ConfigReader(values(name), "config.json");
    const family = findFamily(raw);
    await using file = await SafetensorsFile.open(`${huggingFace(name)}/model.safetensors`);
    const names = familyNames(family, [...file.tensors.keys()]);
    const shapes = new Map([...names].map(([name, stored]) => [name, file.info(stored).shape]));
    expect(() => checkWeights(family.rules(family.config(raw), raw), shapes, name)).not.toThrow();
  });

  it.each(huggingFaceFamilies)("%s: its rules make every weight the engine must have, once", (name) => {
    const raw = new ConfigReader(values(name), "config.json");
    const family = findFamily(raw);
    const config = family.config(raw);
    const made = family.rules(config, raw).flatMap(({ to }) => Object.keys(to));
    expect(new Set(made).size).toBe(made.length);
    for (const norm of ["ln1_post.w", "ln2_post.w"])
      expect(made.some((weight) => weight.endsWith(norm))).toBe(config.postNorms ?? false);
    const layout = weightLayout(config);
    expect(made.filter((weight) => !layout.some((slot) => slot.name === weight))).toEqual([]);
    expect(layout.filter((slot) => !slot.optional && !made.includes(slot.name))).toEqual([]);
  });
});

it.each([
  ["gpt2", "layer_norm_epsilon"],
  ["gpt_neo", "layer_norm_epsilon"],
  ["gpt_neox", "layer_norm_eps"],
  ["llama", "rms_norm_eps"],
  ["gemma3_text", "rms_norm_eps"],
])("%s: an epsilon that is negative or no number is named", (name, key) => {
  for (const value of [-1e-5, Number.NaN, Number.POSITIVE_INFINITY])
    expect(() => configOf(name, { [key]: value })).toThrow(
      `config.json: \`${key}\` is ${value}, which is not a finite number of at least 0`,
    );
});

describe("findFamily", () => {
  it("names an unknown architecture and the known ones", () => {
    const raw = new ConfigReader({ model_type: "mamba" }, "config.json");
    expect(() => findFamily(raw)).toThrow(
      '`model_type` is "mamba", which is not one of the known architectures (gpt2,',
    );
  });
});

describe("familyNames", () => {
  const family = FAMILIES.get("gpt2")!;

  it("adds the prefix that checkpoints of the bare model leave out, and drops buffers", () => {
    const bare = familyNames(family, ["wte.weight", "h.0.attn.bias", "h.0.attn.c_attn.bias"]);
    expect([...bare]).toEqual([
      ["transformer.wte.weight", "wte.weight"],
      ["transformer.h.0.attn.c_attn.bias", "h.0.attn.c_attn.bias"],
    ]);
    expect([...familyNames(family, ["transformer.wte.weight", "lm_head.weight"]).keys()]).toEqual([
      "transformer.wte.weight",
      "lm_head.weight",
    ]);
  });
});

describe("configurations", () => {
  it("GPT-2 takes four times the width when n_inner is null, and can leave scores unscaled", () => {
    expect(configOf("gpt2")).toMatchObject({
      dMlp: 128,
      attnScale: Math.sqrt(8),
      activation: "gelu_new",
      norm: "layer",
    });
    expect(configOf("gpt2", { n_inner: 40, scale_attn_weights: false })).toMatchObject({ dMlp: 40, attnScale: 1 });
    expect(() => configOf("gpt2", { n_head: 5 })).toThrow("`n_head` is 5, which does not divide n_embd (32)");
  });

  it("GPT-Neo alternates windows, written either way", () => {
    expect(configOf("gpt_neo")).toMatchObject({ window: [0, 4], attnScale: 1, dMlp: 64 });
    const older = {
      attention_layers: undefined,
      window_size: undefined,
      attention_types: [
        [["local"], 1],
        [["global"], 1],
      ],
    };
    expect(configOf("gpt_neo", older).window).toEqual([256, 0]);
    expect(() => configOf("gpt_neo", { ...older, attention_types: [[["local"], 3]] })).toThrow(
      "makes more than 2 layers",
    );
    expect(() => configOf("gpt_neo", { ...older, attention_types: [3] })).toThrow(
      "is not a list of [pattern, repetitions]",
    );
  });

  it("GPT-NeoX turns part of each head, in new and old configs", () => {
    expect(configOf("gpt_neox")).toMatchObject({ parallel: true, activation: "gelu", rotary: { dim: 2 } });
    expect(configOf("gpt_neox-serial")).toMatchObject({
      parallel: false,
      rotary: { dim: 4, frequencies: [[1, 0.01]] },
    });
    const older = { rope_parameters: undefined, rotary_pct: 0.5, rotary_emb_base: 100 };
    expect(configOf("gpt_neox", older).rotary).toMatchObject({ dim: 4, frequencies: [[1, expect.closeTo(0.1)]] });
  });

  it("OPT refuses the variants that differ", () => {
    expect(configOf("opt")).toMatchObject({ context: 64, activation: "relu", attnScale: Math.sqrt(8) });
    expect(() => configOf("opt", { word_embed_proj_dim: 16 })).toThrow("`word_embed_proj_dim` is 16");
    expect(() => configOf("opt", { do_layer_norm_before: false })).toThrow("`do_layer_norm_before` is false");
  });

  it("Llama has grouped keys and values, and as many as heads when silent", () => {
    expect(configOf("llama")).toMatchObject({ kvHeads: 2, gated: true, norm: "rms", eps: 1e-6, activation: "silu" });
    expect(configOf("llama", { num_key_value_heads: undefined, head_dim: null })).toMatchObject({
      kvHeads: 4,
      dHead: 8,
    });
    expect(configOf("llama").window).toBeUndefined();
  });

  it("Llama's biases are expected when the configuration says so", () => {
    const raw = new ConfigReader({ ...values("llama"), attention_bias: true, mlp_bias: true }, "config.json");
    const family = findFamily(raw);
    const made = family.rules(family.config(raw), raw).flatMap(({ to }) => Object.keys(to));
    const biases = made.filter((name) => name.startsWith("blocks.1.") && name.includes(".b_"));
    expect(biases).toEqual(
      ["attn.b_Q", "attn.b_K", "attn.b_V", "attn.b_O", "mlp.b_gate", "mlp.b_in", "mlp.b_out"].map(
        (name) => `blocks.1.${name}`,
      ),
    );
  });

  it("Mistral slides in every layer unless the window is null", () => {
    expect(configOf("mistral").window).toEqual([4, 4]);
    expect(configOf("mistral", { sliding_window: null }).window).toBeUndefined();
  });

  it("Qwen slides only when asked to, from max_window_layers on", () => {
    expect(configOf("qwen2").window).toBeUndefined();
    expect(configOf("qwen2", { sliding_window: 7 }).window).toBeUndefined();
    const slides = { use_sliding_window: true, sliding_window: 7, layer_types: undefined, max_window_layers: 1 };
    expect(configOf("qwen2", slides).window).toEqual([0, 7]);
    expect(configOf("qwen3", slides)).toMatchObject({ window: [0, 7], qkNorm: "head", dHead: 16 });
  });

  it("Gemma 2 scales, caps and alternates", () => {
    expect(configOf("gemma2")).toMatchObject({
      attnScale: 4,
      embedScale: Math.sqrt(32),
      attnSoftcap: 50,
      finalSoftcap: 30,
      activation: "gelu_new",
      window: [4, 0],
    });
    expect(configOf("gemma2", { layer_types: undefined }).window).toEqual([4, 0]);
    expect(configOf("gemma2", { hidden_act: "gelu", hidden_activation: null }).activation).toBe("gelu_new");
    expect(configOf("gemma2", { final_logit_softcapping: null }).finalSoftcap).toBeUndefined();
    expect(() => configOf("gemma2", { use_bidirectional_attention: true })).toThrow("`use_bidirectional_attention`");
  });

  it("Gemma 3 has rotary positions of its own in sliding layers, in new and old configs", () => {
    const modern = configOf("gemma3_text", { layer_types: ["sliding_attention", "full_attention"] });
    expect(modern).toMatchObject({ window: [4, 0], qkNorm: "head", rotary: { dim: 16, layerType: [1, 0] } });
    expect(modern.rotary?.frequencies[0]?.[4]).toBeCloseTo(1e6 ** -0.5, 12);
    expect(modern.rotary?.frequencies[1]?.[4]).toBeCloseTo(1e4 ** -0.5, 12);
    const older = configOf("gemma3_text", {
      layer_types: undefined,
      sliding_window_pattern: 2,
      rope_parameters: undefined,
      rope_theta: 1e6,
      rope_local_base_freq: 1e4,
      rope_scaling: { rope_type: "linear", factor: 8 },
    });
    expect(older.window).toEqual([4, 0]);
    expect(older.rotary?.frequencies[0]?.[4]).toBeCloseTo(1e6 ** -0.5 / 8, 12);
    expect(older.rotary?.frequencies[1]).toEqual(modern.rotary?.frequencies[1]);
  });

  it("OLMo 2 has norms after its parts only", () => {
    expect(configOf("olmo2")).toMatchObject({ preNorm: false, qkNorm: "full", norm: "rms" });
  });

  it("refuses layer types it does not know, or too few of them", () => {
    expect(() => configOf("mistral", { layer_types: ["chunked_attention", "full_attention"] })).toThrow(
      "chunked_attention",
    );
    expect(() => configOf("gemma2", { layer_types: ["full_attention"] })).toThrow("types of 2 layers");
  });
});
