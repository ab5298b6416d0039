import { fromTransformerLens, type TransformerLensConfig } from "@autocircuit/models";
import { describe, expect, it } from "vitest";
import { configOf } from "../engine/random-model.ts";
import { QUICK } from "../engine/specs.ts";
import { hookedConfig } from "./hooked-config.ts";

const there = (raw: TransformerLensConfig) => fromTransformerLens(raw);
const gpt = configOf(QUICK.forward);
const llama = there({
  n_layers: 2,
  d_model: 32,
  n_ctx: 64,
  d_head: 8,
  n_heads: 4,
  n_key_value_heads: 2,
  d_mlp: 48,
  d_vocab: 50,
  act_fn: "silu",
  gated_mlp: true,
  normalization_type: "RMS",
  positional_embedding_type: "rotary",
  rotary_base: 100000,
});

describe("hookedConfig", () => {
  it.each([
    ["GPT-2", gpt],
    ["attention only", configOf(QUICK.acdc)],
    ["Llama", llama],
  ])("says the same in TransformerLens' words: %s", (_, config) => {
    expect(there(hookedConfig(config, true) as never)).toEqual(config);
    expect(hookedConfig(config, false).normalization_type).toBe(config.norm === "layer" ? "LNPre" : "RMSPre");
  });

  it("refuses what it cannot say", () => {
    expect(() => hookedConfig({ ...gpt, finalSoftcap: 30 }, true)).toThrow(/it has finalSoftcap/);
    const scaled = { ...llama, rotary: { ...llama.rotary!, frequencies: [[1, 0.2, 0.01, 0.001]] } };
    expect(() => hookedConfig(scaled, true)).toThrow(/scaled rotary frequencies/);
  });
});
