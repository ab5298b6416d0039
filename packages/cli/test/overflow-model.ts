import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MersenneTwister } from "@autocircuit/base";
import { type HostTensor, writeSafetensors } from "@autocircuit/models";

/** Writes a model of finite weights, of one layer of two heads, whose logits are NaN in float32: queries and keys of 1e30 meet. */
export async function writeOverflowModel(folder: string, scale = 1e30): Promise<string> {
  const random = new MersenneTwister(5);
  const [width, heads, head, vocabulary, context] = [8, 2, 4, 12, 6];
  const tensor = (size: number, ...shape: number[]): HostTensor => {
    const count = shape.reduce((product, side) => product * side, 1);
    return {
      dtype: "F32",
      shape,
      data: Float32Array.from({ length: count }, () => size * (random.next() / 2 ** 31 - 1)),
    };
  };
  mkdirSync(folder, { recursive: true });
  await writeSafetensors(join(folder, "model.safetensors"), {
    "embed.W_E": tensor(1, vocabulary, width),
    "pos_embed.W_pos": tensor(1, context, width),
    "blocks.0.attn.W_Q": tensor(scale, heads, width, head),
    "blocks.0.attn.W_K": tensor(scale, heads, width, head),
    "blocks.0.attn.W_V": tensor(1, heads, width, head),
    "blocks.0.attn.W_O": tensor(1, heads, head, width),
    "unembed.W_U": tensor(1, width, vocabulary),
  });
  const config = {
    ...{
      act_fn: "relu",
      normalization_type: null,
      attention_dir: "causal",
      n_layers: 1,
      n_ctx: context,
      d_model: width,
    },
    ...{ d_head: head, n_heads: heads, d_mlp: null, attn_only: true, d_vocab: vocabulary, d_vocab_out: vocabulary },
  };
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  return folder;
}
