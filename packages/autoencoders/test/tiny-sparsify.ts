import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeSafetensors } from "@autocircuit/models";

const [dIn, dSae] = [4, 6];

/**
 * Writes an autoencoder in sparsify's files.
 *
 * @param folder whose name is that of the module
 * @param cfg entries of `cfg.json` that differ from a usual one's
 */
export async function tinySparsify(folder: string, cfg: Readonly<Record<string, unknown>> = {}): Promise<string> {
  mkdirSync(folder);
  writeFileSync(join(folder, "cfg.json"), JSON.stringify({ d_in: dIn, num_latents: dSae, k: 2, ...cfg }));
  const shapes = { "encoder.weight": [dSae, dIn], "encoder.bias": [dSae], W_dec: [dSae, dIn], b_dec: [dIn] };
  const tensors = Object.entries(shapes).map(([name, shape], seed) => {
    const size = shape.reduce((product, n) => product * n, 1);
    const data = Float32Array.from({ length: size }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * seed));
    return [name, { dtype: "F32", shape, data }] as const;
  });
  await writeSafetensors(join(folder, "sae.safetensors"), Object.fromEntries(tensors));
  return folder;
}
