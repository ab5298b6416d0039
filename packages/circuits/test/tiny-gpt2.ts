import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MersenneTwister } from "@autocircuit/base";
import { type HostTensor, writeSafetensors } from "@autocircuit/models";

/**
 * A folder with a random checkpoint of GPT-2 small's shape (12 blocks of 12 heads, its vocabulary), but narrow: a head has one dimension.
 * It has no tokenizer.
 */
export async function tinyGpt2(): Promise<{ folder: string } & Disposable> {
  const [width, layers, vocabulary, context] = [12, 12, 50257, 64];
  const random = new MersenneTwister(1);
  const tensors: Record<string, HostTensor> = {};
  const add = (name: string, shape: number[], value = () => random.next() / 2 ** 32 - 0.5) => {
    const data = Float32Array.from({ length: shape.reduce((size, side) => size * side, 1) }, value);
    tensors[`transformer.${name}`] = { dtype: "F32", shape, data };
  };
  add("wte.weight", [vocabulary, width]);
  add("wpe.weight", [context, width]);
  const linear = (name: string, from: number, to: number) => {
    add(`${name}.weight`, [from, to]);
    add(`${name}.bias`, [to]);
  };
  const norm = (name: string) => {
    add(`${name}.weight`, [width], () => 1);
    add(`${name}.bias`, [width], () => 0);
  };
  for (let layer = 0; layer < layers; layer++) {
    norm(`h.${layer}.ln_1`);
    linear(`h.${layer}.attn.c_attn`, width, 3 * width);
    linear(`h.${layer}.attn.c_proj`, width, width);
    norm(`h.${layer}.ln_2`);
    linear(`h.${layer}.mlp.c_fc`, width, 4 * width);
    linear(`h.${layer}.mlp.c_proj`, 4 * width, width);
  }
  norm("ln_f");
  const folder = mkdtempSync(join(tmpdir(), "tiny-gpt2-"));
  const config = {
    ...{ model_type: "gpt2", n_layer: layers, n_head: 12, n_embd: width, n_positions: context, vocab_size: vocabulary },
  };
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  await writeSafetensors(join(folder, "model.safetensors"), tensors);
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}
