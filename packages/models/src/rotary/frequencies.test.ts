import { describe, expect, it } from "vitest";
import { ConfigReader } from "../config-reader.ts";
import { inverseFrequencies } from "./frequencies.ts";
import { type RotaryKeys, readRotaryParameters } from "./parameters.ts";

const read = (config: object, keys?: RotaryKeys) =>
  readRotaryParameters(new ConfigReader({ max_position_embeddings: 4096, ...config }, "config.json"), keys);

describe("readRotaryParameters", () => {
  it("reads what transformers 5 writes and what older versions wrote", () => {
    const modern = { rope_parameters: { rope_type: "linear", rope_theta: 5e5, factor: 4, partial_rotary_factor: 0.5 } };
    const older = { rope_theta: 5e5, rope_scaling: { type: "linear", factor: 4 }, partial_rotary_factor: 0.5 };
    expect(read(modern)).toEqual({ type: "linear", theta: 5e5, partial: 0.5, factor: 4 });
    expect(read(older)).toEqual(read(modern));
  });

  it("takes the base and the part from beside the object where they are not in it", () => {
    expect(read({})).toEqual({ type: "default", theta: 10000, partial: 1 });
    const older = { rope_scaling: null, rotary_emb_base: 25, rotary_pct: 0.25 };
    const keys = { theta: "rotary_emb_base", partial: "rotary_pct" };
    expect(read(older, keys)).toEqual({ type: "default", theta: 25, partial: 0.25 });
    expect(read({ ...older, rope_parameters: { rope_type: "default" } }, keys).theta).toBe(25);
    expect(read({ ...older, rope_parameters: { rope_type: "default", rope_theta: 7 } }, keys).theta).toBe(7);
  });

  it("prefers the older object where both are there, unless it is empty", () => {
    const modern = { rope_type: "default", rope_theta: 5 };
    const both = { rope_theta: 6, rope_parameters: modern, rope_scaling: { type: "linear", factor: 4 } };
    expect(read(both)).toEqual({ type: "linear", theta: 6, partial: 1, factor: 4 });
    expect(read({ ...both, rope_scaling: {} })).toEqual({ type: "default", theta: 5, partial: 1 });
  });

  it("names an unknown kind and a missing number", () => {
    expect(() => read({ rope_scaling: { rope_type: "longrope" } })).toThrow(
      'config.json: `rope_scaling`: `rope_type` is "longrope", which is not default, dynamic, linear, llama3 or yarn.',
    );
    expect(() => read({ rope_scaling: { type: "su" } })).toThrow('`type` is "su"');
    expect(() => read({ rope_scaling: { rope_type: "linear" } })).toThrow("`rope_scaling`: has no `factor`");
  });

  it.each([0, -1, Number.POSITIVE_INFINITY, Number.NaN])("refuses %s as a base and as a factor", (number) => {
    const says = (key: string) => `\`${key}\` is ${number}, which is not a finite number above 0`;
    expect(() => read({ rope_theta: number })).toThrow(says("rope_theta"));
    expect(() => read({ rope_parameters: { rope_theta: number } })).toThrow(says("rope_theta"));
    expect(() => read({ rope_scaling: { type: "linear", factor: number } })).toThrow(says("factor"));
  });

  it("derives YaRN's multiplier from its factor, or from both mscales", () => {
    const yarn = { rope_type: "yarn", factor: 8, original_max_position_embeddings: 512 };
    expect(read({ rope_scaling: yarn })).toMatchObject({
      attentionFactor: 0.1 * Math.log(8) + 1,
      betaFast: 32,
      betaSlow: 1,
    });
    expect(read({ rope_scaling: { ...yarn, mscale: 2, mscale_all_dim: 1 } })).toMatchObject({
      attentionFactor: (0.2 * Math.log(8) + 1) / (0.1 * Math.log(8) + 1),
    });
    expect(read({ rope_scaling: { ...yarn, attention_factor: 1.5 } })).toMatchObject({ attentionFactor: 1.5 });
  });
});

describe("inverseFrequencies", () => {
  const of = (config: object, dHead = 8) => inverseFrequencies(read(config), dHead);
  const plain = [1, 0.1, 0.01, 0.001];

  it("falls geometrically from 1", () => {
    expect(of({}).frequencies).toEqual([1, expect.closeTo(0.1), expect.closeTo(0.01), expect.closeTo(0.001)]);
    expect(of({ partial_rotary_factor: 0.5 })).toEqual({ dim: 4, frequencies: [1, expect.closeTo(0.01)], scale: 1 });
  });

  it("stretches all waves under linear scaling, none under dynamic", () => {
    const linear = of({ rope_scaling: { rope_type: "linear", factor: 4 } }).frequencies;
    expect(linear).toEqual(plain.map((f) => expect.closeTo(f / 4, 12)));
    const dynamic = { rope_scaling: { rope_type: "dynamic", factor: 4 } };
    expect(of(dynamic)).toEqual({ ...of({}), fixedUpTo: 4096 });
    expect(() => of({ rope_scaling: { rope_type: "dynamic" } })).toThrow("has no `factor`");
  });

  it("stretches long waves and keeps short ones for Llama 3", () => {
    const scaling = {
      rope_type: "llama3",
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 1024,
    };
    // In 1024 positions the four waves turn 163, 16.3, 1.63 and 0.163 times.
    const turns = (1024 * 0.01) / (2 * Math.PI);
    const kept = (turns - 1) / 3;
    const middle = 0.01 * (kept + (1 - kept) / 8);
    const { frequencies, scale } = of({ rope_scaling: scaling });
    expect(frequencies).toEqual([1, 0.1, middle, 0.001 / 8].map((f) => expect.closeTo(f, 12)));
    expect(scale).toBe(1);
  });

  it("ramps between kept and stretched waves for YaRN", () => {
    const scaling = {
      rope_type: "yarn",
      factor: 4,
      original_max_position_embeddings: 1024,
      beta_fast: 16,
      beta_slow: 1,
    };
    // Wave i turns 163 * 10^-i times: 16 turns at i = 1.009, 1 turn at i = 2.21; the ramp runs from 1 to 3.
    const half = 0.01 * (0.5 + 0.5 / 4);
    const { frequencies, scale } = of({ rope_scaling: scaling });
    expect(frequencies).toEqual([1, 0.1, half, 0.001 / 4].map((f) => expect.closeTo(f, 12)));
    expect(scale).toBeCloseTo(0.1 * Math.log(4) + 1, 12);
  });

  it("keeps YaRN's ramp ends as they are when told not to round", () => {
    const scaling = {
      rope_type: "yarn",
      factor: 4,
      original_max_position_embeddings: 1024,
      beta_fast: 16,
      beta_slow: 1,
    };
    const at = (turns: number) => Math.log10(1024 / (2 * Math.PI * turns));
    const ramp = (2 - at(16)) / (at(1) - at(16));
    const { frequencies } = of({ rope_scaling: { ...scaling, truncate: false } });
    expect(frequencies[2]).toBeCloseTo(0.01 * (1 - ramp + ramp / 4), 12);
    expect(frequencies[3]).toBeCloseTo(0.001 / 4, 12);
  });

  it("refuses to turn an odd number of dimensions, or none", () => {
    expect(() => of({ partial_rotary_factor: 0.4 })).toThrow("turns 3 of a head's 8 dimensions");
    expect(() => of({ partial_rotary_factor: 0 })).toThrow("turns 0");
    expect(() => of({ partial_rotary_factor: 2 })).toThrow("turns 16");
  });
});
