import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MersenneTwister } from "@autocircuit/base";
import { writeSafetensors } from "@autocircuit/models";

/** What the autoencoders of {@link autoencoderFolder} are like. */
export interface AutoencoderFolder {
  layers: number;
  /** Width of what they read. */
  width: number;
  latents?: number;
  /** How many of them, the first, no token makes active. Default none. */
  idle?: number;
  hook?: string;
  /** More of what their files say of the model. */
  about?: Record<string, unknown>;
  /** Of their numbers; default 5. */
  seed?: number;
  /** Where to; by default a new folder. */
  folder?: string;
}

/** A folder with random sparse autoencoders in SAELens's files, one for each block; about half of the latents are active at a token. */
export async function autoencoderFolder({
  layers,
  width,
  latents = 10,
  idle = 0,
  hook = "hook_mlp_out",
  about,
  seed = 5,
  folder = mkdtempSync(join(tmpdir(), "autoencoders-")),
}: AutoencoderFolder) {
  const random = new MersenneTwister(seed);
  const tensor = (scale: number, ...shape: number[]) => ({
    dtype: "F32" as const,
    shape,
    data: Float32Array.from(
      { length: shape.reduce((size, side) => size * side, 1) },
      () => scale * (random.next() / 2 ** 31 - 1),
    ),
  });
  for (let block = 0; block < layers; block++) {
    const own = join(folder, `block-${block}`);
    mkdirSync(own, { recursive: true });
    const config = {
      ...{
        architecture: "standard",
        d_in: width,
        d_sae: latents,
        apply_b_dec_to_input: true,
        normalize_activations: "none",
      },
      metadata: { sae_lens_version: "6.54.12", hook_name: `blocks.${block}.${hook}`, model_name: "tiny", ...about },
    };
    writeFileSync(join(own, "cfg.json"), JSON.stringify(config));
    const bias = tensor(0.1, latents);
    bias.data.fill(-1e3, 0, idle);
    await writeSafetensors(join(own, "sae_weights.safetensors"), {
      W_enc: tensor(1, width, latents),
      W_dec: tensor(1, latents, width),
      b_enc: bias,
      b_dec: tensor(0.1, width),
    });
  }
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}
