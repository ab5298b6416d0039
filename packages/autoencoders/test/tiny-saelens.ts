import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeSafetensors } from "@autocircuit/models";
import { temporaryFolder } from "./fixtures.ts";

/** Sizes of {@link tinySaeLens}. */
export const tinySizes = { dIn: 4, dSae: 6 };

type Shapes = Readonly<Record<string, readonly number[]>>;

/** Numbers between -1 and 1 that look random and are always the same. */
function numbers(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * seed));
}

/**
 * Writes an autoencoder in SAELens's files.
 *
 * @param cfg entries of `cfg.json` that differ from a standard one's
 * @param shapes tensors that differ from a standard one's, by name
 * @param change changes the numbers of a tensor before it is written
 */
export async function tinySaeLens(
  cfg: Readonly<Record<string, unknown>> = {},
  {
    shapes = {},
    without = [],
    change,
    folder = temporaryFolder(),
  }: {
    shapes?: Shapes;
    /** Tensors of a standard one that this one has not. */
    without?: readonly string[];
    change?: (name: string, data: Float32Array) => void;
    folder?: string;
  } = {},
): Promise<string> {
  const { dIn, dSae } = tinySizes;
  const config = {
    ...{ architecture: "standard", d_in: dIn, d_sae: dSae, apply_b_dec_to_input: true, normalize_activations: "none" },
    metadata: { sae_lens_version: "6.54.12", hook_name: "blocks.1.hook_resid_post", model_name: "tiny" },
    ...cfg,
  };
  writeFileSync(join(folder, "cfg.json"), JSON.stringify(config));
  const all = { W_enc: [dIn, dSae], W_dec: [dSae, dIn], b_enc: [dSae], b_dec: [dIn], ...shapes };
  const there = Object.entries(all).filter(([name]) => !without.includes(name));
  const tensors = there.map(([name, shape], seed) => {
    const data = numbers(
      shape.reduce((size, n) => size * n, 1),
      seed,
    );
    change?.(name, data);
    return [name, { dtype: "F32", shape, data }] as const;
  });
  await writeSafetensors(join(folder, "sae_weights.safetensors"), Object.fromEntries(tensors));
  return folder;
}
