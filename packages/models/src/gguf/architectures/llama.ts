import { counted, sayOnce } from "@autocircuit/base";
import type { Tensor } from "@autocircuit/native";
import type { GgufFile } from "../gguf-file.ts";
import type { Architecture } from "./architecture.ts";
import { gatedConfig, refuseGemmas, slidingWindow, storedGated } from "./gated-decoder.ts";

/**
 * Llama, Mistral and others of their shape, which llama.cpp gives one name. Its rotary positions turn neighbours, those of `transformers`
 * the two halves of a head, so the rows of queries and keys are stored in another order.
 */
export const llama: Architecture = {
  name: "llama",
  config(file) {
    refuseGemmas(file.metadata, "llama");
    const common = gatedConfig(file, "llama");
    noteWindow(file, common.max_position_embeddings as number);
    return {
      ...common,
      model_type: "llama",
      attention_bias: file.tensors.has("blk.0.attn_q.bias"),
      mlp_bias: file.tensors.has("blk.0.ffn_gate.bias"),
    };
  },
  stored: (name) => storedGated(name),
  change(name, { heads, kvHeads }) {
    const [, part] = /\.self_attn\.([qk])_proj\.(?:weight|bias)$/.exec(name) ?? [];
    if (part === undefined) return undefined;
    return { restore: (stored) => halvesOfPairs(stored, part === "q" ? heads : kvHeads) };
  },
};

/** llama.cpp knows no window in this architecture, whatever the file says: every position sees all before it, which is said where prompts may be longer. */
function noteWindow({ metadata, path }: GgufFile, context: number): void {
  const window = slidingWindow(metadata, "llama");
  if (window === 0 || window >= context) return;
  sayOnce(
    `${path}: \`llama.attention.sliding_window\` is ${window}, which llama.cpp does not do for llama, nor is it done here: ` +
      `in prompts of more than ${counted(window, "token")} every position sees all before it`,
  );
}

/** Rows of each head from pairs of neighbours (0, h, 1, h + 1, ...) to two halves (0, 1, ..., h, h + 1, ...). */
function halvesOfPairs(stored: Tensor, heads: number): Tensor {
  const [rows, ...rest] = stored.shape as [number, ...number[]];
  return stored
    .reshape([heads, rows / heads / 2, 2, ...rest])
    .transpose(1, 2)
    .reshape([rows, ...rest]);
}
