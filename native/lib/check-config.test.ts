import { describe, expect, it } from "vitest";
import { smallConfig } from "../test/small-model.ts";
import { checkConfig } from "./check-config.ts";
import type { TransformerConfig } from "./transformer-config.ts";

const rotary = { dim: 2, interleaved: false, frequencies: [[1]] };
const rotated: TransformerConfig = { ...smallConfig, positions: "rotary", rotary };

describe("checkConfig", () => {
  it("accepts what fits", () => {
    expect(() => checkConfig(smallConfig)).not.toThrow();
    expect(() => checkConfig(rotated)).not.toThrow();
    expect(() => checkConfig({ ...smallConfig, attnOnly: true, dMlp: 0 })).not.toThrow();
  });
  it.each<[string, TransformerConfig]>([
    ["layers", { ...smallConfig, layers: 0 }],
    ["dModel", { ...smallConfig, dModel: 1.5 }],
    ["dMlp", { ...smallConfig, dMlp: 0 }],
    ["kvHeads", { ...smallConfig, heads: 3, kvHeads: 2 }],
    ["attnScale", { ...smallConfig, attnScale: 0 }],
    ["eps", { ...smallConfig, eps: -1 }],
    ["eps", { ...smallConfig, eps: Number.POSITIVE_INFINITY }],
    ["window", { ...smallConfig, window: [0] }],
    ["window", { ...smallConfig, window: [0, -1] }],
    ["attnSoftcap", { ...smallConfig, attnSoftcap: -30 }],
    ["finalSoftcap", { ...smallConfig, finalSoftcap: Number.POSITIVE_INFINITY }],
    ["finalSoftcap", { ...smallConfig, finalSoftcap: 0 }],
    ["embedScale", { ...smallConfig, embedScale: Number.NaN }],
    ["positionOffset", { ...smallConfig, positionOffset: -1 }],
    ["positionOffset", { ...smallConfig, positionOffset: 0.5 }],
    ["rotary is missing", { ...smallConfig, positions: "rotary" }],
    ["rotary.dim", { ...rotated, rotary: { ...rotary, dim: 3 } }],
    ["frequencies", { ...rotated, rotary: { ...rotary, frequencies: [] } }],
    ["frequencies", { ...rotated, rotary: { ...rotary, frequencies: [[1, 2]] } }],
    ["frequencies", { ...rotated, rotary: { ...rotary, frequencies: [[Number.NaN]] } }],
    ["frequencies", { ...rotated, rotary: { ...rotary, frequencies: [1 as unknown as number[]] } }],
    ["scale", { ...rotated, rotary: { ...rotary, scale: [1, 1] } }],
    ["scale", { ...rotated, rotary: { ...rotary, scale: [Number.NaN] } }],
    ["layerType", { ...rotated, rotary: { ...rotary, layerType: [0, 1] } }],
  ])("refuses %s", (what, config) => {
    expect(() => checkConfig(config)).toThrow(
      expect.objectContaining({ code: "bad-input", message: expect.stringContaining(what) }),
    );
  });
});
