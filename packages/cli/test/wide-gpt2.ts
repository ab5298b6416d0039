import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MersenneTwister } from "@autocircuit/base";
import { type HostTensor, writeSafetensors } from "@autocircuit/models";

/** Writes a random GPT-2 of 6 blocks of 6 heads of one dimension, whose graph has more than 2,000 edges; 20 tokens are its vocabulary. */
export async function writeWideGpt2(folder: string): Promise<string> {
  const [width, layers, vocabulary, context] = [6, 6, 20, 8];
  const random = new MersenneTwister(3);
  const tensors: Record<string, HostTensor> = {};
  const add = (name: string, ...shape: number[]) => {
    const size = shape.reduce((product, side) => product * side, 1);
    const data = Float32Array.from({ length: size }, () => (name.includes("ln_") ? 1 : random.next() / 2 ** 31 - 1));
    tensors[`transformer.${name}`] = { dtype: "F32", shape, data };
  };
  add("wte.weight", vocabulary, width);
  add("wpe.weight", context, width);
  const norms = [
    "ln_f",
    ...Array.from({ length: layers }, (_, layer) => [`h.${layer}.ln_1`, `h.${layer}.ln_2`]).flat(),
  ];
  for (const norm of norms) for (const part of ["weight", "bias"]) add(`${norm}.${part}`, width);
  for (let layer = 0; layer < layers; layer++) {
    const linears = { "attn.c_attn": [1, 3], "attn.c_proj": [1, 1], "mlp.c_fc": [1, 4], "mlp.c_proj": [4, 1] } as const;
    for (const [name, [from, to]] of Object.entries(linears)) {
      add(`h.${layer}.${name}.weight`, from * width, to * width);
      add(`h.${layer}.${name}.bias`, to * width);
    }
  }
  mkdirSync(folder, { recursive: true });
  const shape = { n_layer: layers, n_head: 6, n_embd: width, n_positions: context, vocab_size: vocabulary };
  writeFileSync(join(folder, "config.json"), JSON.stringify({ model_type: "gpt2", ...shape }));
  await writeSafetensors(join(folder, "model.safetensors"), tensors);
  return folder;
}
