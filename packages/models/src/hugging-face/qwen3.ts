import type { Family } from "./family.ts";
import { attentionRules, mlpRules, outerRules, preNormRules, qkNormRules } from "./gated-decoder.ts";
import { llama } from "./llama.ts";
import { qwen2, qwenConfig } from "./qwen2.ts";
import { perBlock } from "./rules.ts";

/** Qwen3, dense (Yang et al. 2025): no biases, queries and keys normed per head. */
export const qwen3: Family = {
  ...llama,
  modelType: "qwen3",
  named: /qwen/,
  defaults: { ...qwen2.defaults, head_dim: 128, attention_bias: false },
  config: (raw) => ({ ...qwenConfig(raw), qkNorm: "head" }),
  rules(config, raw) {
    const bias = raw.boolean("attention_bias");
    return [
      ...outerRules(config, this.tied(raw)),
      ...perBlock(config, (layer) => [
        ...preNormRules(config, layer),
        ...attentionRules(config, layer, { qkvBias: bias, outputBias: bias }),
        ...qkNormRules(config, layer),
        ...mlpRules(config, layer),
      ]),
    ];
  },
};
