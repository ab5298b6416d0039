import { describe, expect, it } from "vitest";
import { fromTransformerLens, type TransformerLensConfig } from "./config.ts";

const small: TransformerLensConfig = {
  n_layers: 2,
  d_model: 32,
  n_ctx: 16,
  d_head: 8,
  n_heads: 4,
  d_vocab: 50,
  act_fn: "gelu_new",
  normalization_type: "LNPre",
};

describe("fromTransformerLens", () => {
  it("fills in TransformerLens's defaults", () => {
    expect(fromTransformerLens(small)).toEqual({
      layers: 2,
      dModel: 32,
      heads: 4,
      kvHeads: 4,
      dHead: 8,
      dMlp: 128,
      dVocab: 50,
      dVocabOut: 50,
      context: 16,
      norm: "layer",
      eps: 1e-5,
      attnOnly: false,
      parallel: false,
      causal: true,
      attnScale: Math.sqrt(8),
      positions: "learned",
      activation: "gelu_new",
      gated: false,
    });
  });

  it.each([
    [undefined, "layer"],
    [null, "none"],
    ["LN", "layer"],
    ["LNPre", "layer"],
    ["RMS", "rms"],
    ["RMSPre", "rms"],
  ] as const)("reads normalization_type %s as %s", (type, norm) => {
    const { normalization_type: _, ...rest } = small;
    expect(fromTransformerLens(type === undefined ? rest : { ...rest, normalization_type: type }).norm).toBe(norm);
  });

  it("takes null and -1 for what is to be derived", () => {
    const config = { ...small, n_heads: -1, d_vocab_out: -1, n_key_value_heads: null, d_mlp: null, attn_scale: -1 };
    expect(fromTransformerLens(config)).toEqual(fromTransformerLens(small));
  });

  it("has no MLP when attention only, whatever d_mlp says", () => {
    const { act_fn: _, ...rest } = small;
    expect(fromTransformerLens({ ...rest, attn_only: true, d_mlp: 64 })).toMatchObject({ attnOnly: true, dMlp: 0 });
  });

  it("reads the scale of attention scores", () => {
    expect(fromTransformerLens({ ...small, attn_scale: 5 }).attnScale).toBe(5);
    expect(fromTransformerLens({ ...small, attn_scale: 5, use_attn_scale: false }).attnScale).toBe(1);
  });

  it("reads rotary positions", () => {
    const rotary = { ...small, positional_embedding_type: "rotary", rotary_dim: 4, rotary_base: 100 } as const;
    expect(fromTransformerLens(rotary)).toMatchObject({
      positions: "rotary",
      rotary: { dim: 4, interleaved: false, frequencies: [[1, expect.closeTo(0.1)]] },
    });
    expect(fromTransformerLens({ ...rotary, rotary_dim: null }).rotary?.dim).toBe(8);
    expect(fromTransformerLens({ ...rotary, rotary_adjacent_pairs: true }).rotary?.interleaved).toBe(true);
    expect(() => fromTransformerLens({ ...rotary, rotary_dim: 3 })).toThrow("`rotary_dim` is 3");
    expect(() => fromTransformerLens({ ...rotary, rotary_dim: 10 })).toThrow("even number up to d_head (8)");
  });

  it("turns local layers by a base of their own", () => {
    const rotary = {
      ...small,
      positional_embedding_type: "rotary",
      rotary_dim: 4,
      rotary_base: 10000,
      rotary_base_local: 100,
      use_local_attn: true,
      window_size: 5,
      attn_types: ["local", "global"],
    } as const;
    expect(fromTransformerLens(rotary).rotary).toEqual({
      dim: 4,
      interleaved: false,
      frequencies: [
        [1, expect.closeTo(0.01)],
        [1, expect.closeTo(0.1)],
      ],
      layerType: [1, 0],
    });
    expect(fromTransformerLens({ ...rotary, rotary_base_local: null }).rotary?.frequencies).toHaveLength(1);
    const global = { ...rotary, use_local_attn: false };
    expect(fromTransformerLens(global).rotary?.frequencies).toHaveLength(1);
  });

  it("scales rotary positions by parts, as Llama 3.1 does", () => {
    const scaled = {
      ...small,
      positional_embedding_type: "rotary",
      use_NTK_by_parts_rope: true,
      NTK_original_ctx_len: 1024,
    } as const;
    const frequencies = fromTransformerLens(scaled).rotary!.frequencies[0]!;
    expect(frequencies[0]).toBe(1);
    expect(frequencies[3]).toBeCloseTo(0.001 / 8, 12);
  });

  it("passes over final_rms where all norms are RMS, or there are none", () => {
    for (const normalization_type of ["RMS", "RMSPre", null] as const) {
      const config = { ...small, normalization_type };
      expect(fromTransformerLens({ ...config, final_rms: true } as TransformerLensConfig)).toEqual(
        fromTransformerLens(config),
      );
    }
  });

  it("reads local attention, soft caps, grouped keys and values, the direction", () => {
    const more = {
      ...small,
      use_local_attn: true,
      window_size: 5,
      attn_types: ["global", "local"],
      attn_scores_soft_cap: 50,
      output_logits_soft_cap: 30,
      n_key_value_heads: 2,
      attention_dir: "bidirectional",
      gated_mlp: true,
      parallel_attn_mlp: true,
      use_qk_norm: true,
    } as const;
    expect(fromTransformerLens(more)).toMatchObject({
      window: [0, 5],
      attnSoftcap: 50,
      finalSoftcap: 30,
      kvHeads: 2,
      causal: false,
      gated: true,
      parallel: true,
      qkNorm: "head",
    });
  });

  it.each([
    ["a missing entry", { ...small, d_model: undefined }, "config.json: has no `d_model`"],
    [
      "a size that is none",
      { ...small, n_layers: 0 },
      "config.json: `n_layers` is 0, which is not a positive whole number",
    ],
    ["an unknown activation", { ...small, act_fn: "solu_ln" }, '`act_fn` is "solu_ln", which is not an activation'],
    ["an unknown norm", { ...small, normalization_type: "Batch" }, "`normalization_type`"],
    ["an unknown direction", { ...small, attention_dir: "up" }, "`attention_dir`"],
    ["unknown positions", { ...small, positional_embedding_type: "alibi" }, "`positional_embedding_type`"],
    ["experts", { ...small, num_experts: 8 }, "`num_experts` is 8, which this engine does not do"],
    ["an RMS norm at the end only", { ...small, final_rms: true }, "`final_rms` is true"],
    ["four-bit weights", { ...small, load_in_4bit: true }, "`load_in_4bit` is true"],
    ["an unknown kind of attention", { ...small, use_local_attn: true, attn_types: ["local", "odd"] }, "`attn_types`"],
    ["too few kinds of attention", { ...small, use_local_attn: true, attn_types: ["local"] }, "2 layers"],
  ])("refuses %s", (_, config, message) => {
    expect(() => fromTransformerLens(config as unknown as TransformerLensConfig, "config.json")).toThrow(message);
  });
});
