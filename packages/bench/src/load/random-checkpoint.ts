import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type HostTensor, writeSafetensors } from "@autocircuit/models";
import { RandomValues } from "../engine/random-values.ts";
import type { ModelSpec } from "../engine/specs.ts";

/** Writes a checkpoint in the layout of `transformers` and the shape of GPT-2, with random weights. */
export async function writeRandomCheckpoint(folder: string, spec: ModelSpec, seed: number): Promise<void> {
  const { layers, heads, dModel, dMlp, vocab } = spec;
  const context = 1024;
  const random = new RandomValues(seed);
  const tensors: Record<string, HostTensor> = {};
  const add = (name: string, ...shape: number[]): void => {
    const size = shape.reduce((product, length) => product * length, 1);
    tensors[name] = { dtype: "F32", shape, data: random.normal(size, 0.02) };
  };
  const linear = (name: string, from: number, to: number): void => {
    add(`${name}.weight`, from, to);
    add(`${name}.bias`, to);
  };
  const norm = (name: string): void => {
    add(`${name}.weight`, dModel);
    add(`${name}.bias`, dModel);
  };
  add("wte.weight", vocab, dModel);
  add("wpe.weight", context, dModel);
  for (let layer = 0; layer < layers; layer++) {
    norm(`h.${layer}.ln_1`);
    linear(`h.${layer}.attn.c_attn`, dModel, 3 * dModel);
    linear(`h.${layer}.attn.c_proj`, dModel, dModel);
    norm(`h.${layer}.ln_2`);
    linear(`h.${layer}.mlp.c_fc`, dModel, dMlp);
    linear(`h.${layer}.mlp.c_proj`, dMlp, dModel);
  }
  norm("ln_f");
  await writeSafetensors(join(folder, "model.safetensors"), tensors);
  const config = {
    model_type: "gpt2",
    n_layer: layers,
    n_head: heads,
    n_embd: dModel,
    n_inner: dMlp,
    n_positions: context,
    vocab_size: vocab,
    activation_function: "gelu_new",
    layer_norm_epsilon: 1e-5,
  };
  await writeFile(join(folder, "config.json"), JSON.stringify(config));
}
