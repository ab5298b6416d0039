import { expect, it } from "vitest";
import { estimateMemory } from "./estimate-memory.ts";
import { requireLoadable } from "./require-loadable.ts";
import { fromTransformerLens } from "./transformer-lens/config.ts";

const config = fromTransformerLens(
  {
    ...{ n_layers: 12, d_model: 768, d_head: 64, n_heads: 12, d_mlp: 3072, n_ctx: 1024, d_vocab: 50257, eps: 1e-5 },
    ...{ act_fn: "gelu_new", normalization_type: "LN", attn_only: false, attention_dir: "causal" },
  } as never,
  "test",
);
const autoencoders = Array.from({ length: 12 }, (_, block) => {
  return { block, of: "mlp", count: 6000, dIn: 768, dOut: 768, decoders: 1 } as const;
});
const { weights, autoencoders: saes } = estimateMemory(config, 1, 1, { autoencoders });

it("refuses a model and its autoencoders by one byte, with what is too large", () => {
  requireLoadable(config, { autoencoders, free: weights + saes! });
  expect(() => requireLoadable(config, { autoencoders, free: weights + saes! - 1 })).toThrow(
    /model takes about 6\d\d\.\d MiB and its autoencoders 422\.5 MiB \(72,000 latents\), but only 1\.\d GiB are free\. Take narrower .*`partialAutoencoders: true`/,
  );
  requireLoadable(config, { free: weights });
  expect(() => requireLoadable(config, { free: weights - 1 })).toThrow(/6\d\d\.\d MiB are free\. Take a smaller model/);
  expect(() => requireLoadable(config, { dtype: "float64", free: weights })).toThrow(/about 1\.\d GiB/);
  const refused = () => requireLoadable(config, { autoencoders, free: 1, device: "cuda:0" });
  expect(refused).toThrow(/are free on cuda:0/);
  expect(refused).toThrow(expect.objectContaining({ code: "out-of-memory" }));
});

it("refuses nothing on a GPU of which nothing is known", () => {
  const many = Array.from({ length: 1000 }, () => ({ ...autoencoders[0]!, count: 2 ** 30 }));
  expect(() => requireLoadable(config, { autoencoders: many })).toThrow(/Not enough memory/);
  requireLoadable(config, { autoencoders: many, device: "cuda:0" });
});
