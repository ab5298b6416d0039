import { describe, expect, it } from "vitest";
import { ConfigReader } from "../config-reader.ts";
import { weightLayout } from "../weights/layout.ts";
import { fromTransformerLens, type TransformerLensConfig } from "./config.ts";
import { checkTransformerLensWeights, weightName } from "./weights.ts";

const small: TransformerLensConfig = {
  n_layers: 1,
  d_model: 8,
  n_ctx: 4,
  d_head: 4,
  d_vocab: 5,
  act_fn: "relu",
  normalization_type: "LN",
};

/** Every weight of a configuration but the norms after attention and MLP. */
function shapesOf(raw: TransformerLensConfig): Map<string, readonly number[]> {
  const slots = weightLayout(fromTransformerLens(raw)).filter(({ name }) => !name.includes("_post"));
  return new Map(slots.map(({ name, shape }) => [name, shape]));
}

const check = (raw: TransformerLensConfig, shapes: ReadonlyMap<string, readonly number[]>) =>
  checkTransformerLensWeights(fromTransformerLens(raw), new ConfigReader(raw, "config.json"), shapes, "model");

const without = (shapes: Map<string, readonly number[]>, pattern: RegExp) =>
  new Map([...shapes].filter(([name]) => !pattern.test(name)));

describe("weightName", () => {
  it("keeps weights, undoes the names of grouped keys and values, drops buffers", () => {
    expect(weightName("blocks.0.attn.W_Q")).toBe("blocks.0.attn.W_Q");
    expect(weightName("blocks.0.attn._W_K")).toBe("blocks.0.attn.W_K");
    expect(weightName("blocks.0.attn._b_V")).toBe("blocks.0.attn.b_V");
    expect(weightName("blocks.0.attn.mask")).toBeUndefined();
    expect(weightName("blocks.0.attn.IGNORE")).toBeUndefined();
  });
});

describe("checkTransformerLensWeights", () => {
  const shapes = shapesOf(small);

  it("accepts what the configuration calls for, with or without biases", () => {
    check(small, shapes);
    check(small, without(shapes, /\.b/));
    check({ ...small, normalization_type: "LNPre" }, without(shapes, /ln/));
  });

  it("names what is missing", () => {
    expect(() => check(small, without(shapes, /W_Q/))).toThrow("model: lacks 1 weight (blocks.0.attn.W_Q)");
    expect(() => check(small, without(shapes, /ln2/))).toThrow("lacks 1 weight (blocks.0.ln2.w)");
    expect(() => check(small, new Map())).toThrow("lacks 12 weights (embed.W_E, pos_embed.W_pos, blocks.0.ln1.w,");
    expect(() =>
      check({ ...small, use_normalization_before_and_after: true } as TransformerLensConfig, shapes),
    ).toThrow("lacks 2 weights (blocks.0.ln1_post.w, blocks.0.ln2_post.w)");
  });

  it("gives what is left over, and refuses norms that would change the numbers", () => {
    expect(check(small, new Map([...shapes, ["blocks.1.attn.W_Q", [2, 8, 4]]]))).toEqual(["blocks.1.attn.W_Q"]);
    expect(check(small, shapes)).toEqual([]);
    expect(() => check({ ...small, normalization_type: "LNPre" }, shapes)).toThrow(
      'holds blocks.0.ln1.w, but normalization_type is "LNPre", which has no weights',
    );
    expect(() => check({ ...small, normalization_type: null }, shapes)).toThrow("normalization_type is null");
  });

  it("names wrong shapes", () => {
    expect(() => check(small, new Map([...shapes, ["embed.W_E", [8, 5]]]))).toThrow(
      "has 1 wrong shape (embed.W_E is [8, 5] instead of [5, 8])",
    );
  });
});
