import type { GgufFile } from "../gguf-file.ts";
import type { Architecture } from "./architecture.ts";
import { gatedConfig, refuseGemmas, slidingWindow, storedGated } from "./gated-decoder.ts";

/** Qwen 2 and 2.5. */
export const qwen2: Architecture = {
  name: "qwen2",
  config: (file) => ({ ...qwenConfig(file, "qwen2"), model_type: "qwen2" }),
  stored: (name) => storedGated(name),
};

/** Qwen 3, dense. */
export const qwen3: Architecture = {
  name: "qwen3",
  config: (file) => ({
    ...qwenConfig(file, "qwen3"),
    model_type: "qwen3",
    attention_bias: file.tensors.has("blk.0.attn_q.bias"),
  }),
  stored: (name) => storedGated(name),
};

/** Which blocks of a Qwen have a window is not said in the file, so that one is refused unless it is as long as the context. */
function qwenConfig(file: GgufFile, name: string): Readonly<Record<string, unknown>> {
  refuseGemmas(file.metadata, name);
  const config = gatedConfig(file, name);
  const key = `${name}.attention.sliding_window`;
  const window = slidingWindow(file.metadata, name);
  if (window > 0 && window < (config.max_position_embeddings as number))
    throw file.metadata.fail(key, "is not done for Qwen: the file does not say in which blocks");
  return { ...config, use_sliding_window: false };
}
