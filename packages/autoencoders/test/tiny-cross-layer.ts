import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeSafetensors } from "@autocircuit/models";
import { temporaryFolder } from "./fixtures.ts";

/** Sizes of {@link tinyCrossLayer}. */
export const crossLayerSizes = { width: 4, latents: 6, layers: 2 };

type Shapes = Readonly<Record<string, readonly number[]>>;
type Change = (name: string, data: Float32Array) => void;

/** Which files, and what is different in them. */
export interface TinyCrossLayer {
  format: "gemma-scope-2" | "circuit-tracer";
  /** Of circuit-tracer: what it reads inside a block. */
  hookIn?: string;
  layers?: number;
  width?: number;
  /** Blocks that W_dec of layer 0 is of, of circuit-tracer; all by default. */
  targets?: number;
  /** Gemma Scope 2's skip connections. */
  skip?: boolean;
  /** Changes the numbers of a tensor before it is written. */
  change?: Change;
}

/** Writes a cross-layer transcoder of random numbers, which are always the same, in one of the two formats. */
export async function tinyCrossLayer({
  format,
  hookIn = "hook_resid_mid",
  layers = crossLayerSizes.layers,
  width = crossLayerSizes.width,
  targets = layers,
  skip = false,
  change,
}: TinyCrossLayer): Promise<string> {
  const folder = temporaryFolder();
  const { latents } = crossLayerSizes;
  let seed = 0;
  const write = (file: string, shapes: Shapes) => {
    const tensors = Object.entries(shapes).map(([name, shape]) => {
      const size = shape.reduce((product, n) => product * n, 1);
      const of = seed++;
      const data = Float32Array.from({ length: size }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * of));
      if (name.startsWith("threshold")) for (const [i, value] of data.entries()) data[i] = 0.1 * Math.abs(value);
      change?.(name, data);
      return [name, { dtype: "F32", shape, data }] as const;
    });
    return writeSafetensors(join(folder, file), Object.fromEntries(tensors));
  };
  for (let layer = 0; layer < layers; layer++) {
    if (format === "gemma-scope-2") {
      await write(`params_layer_${layer}.safetensors`, {
        w_enc: [width, latents],
        // Rows for earlier layers are in the file too, and mean nothing.
        w_dec: [latents, layers, width],
        b_enc: [latents],
        threshold: [latents],
        b_dec: [width],
        ...(skip && { affine_skip_connection: [width, width] }),
      });
    } else {
      await write(`W_enc_${layer}.safetensors`, {
        [`W_enc_${layer}`]: [latents, width],
        [`b_enc_${layer}`]: [latents],
        [`b_dec_${layer}`]: [width],
        [`threshold_${layer}`]: [latents],
      });
      const written = layer === 0 ? targets : layers - layer;
      await write(`W_dec_${layer}.safetensors`, { [`W_dec_${layer}`]: [latents, written, width] });
    }
  }
  if (format === "gemma-scope-2") {
    const config = { architecture: "jump_relu", affine_connection: skip, width: latents, model_name: "tiny" };
    writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  } else {
    const lines = [
      "model_kind: cross_layer_transcoder",
      `feature_input_hook: ${hookIn}`,
      "feature_output_hook: hook_mlp_out",
    ];
    writeFileSync(join(folder, "config.yaml"), `${lines.join("\n")}\nmodel_name: tiny\n`);
  }
  return folder;
}
