import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const cases = fileURLToPath(new URL("../../../conformance/fixtures/autoencoders", import.meta.url));

/** The folder with the files of a case. */
export function filesOf(name: string): string {
  return join(cases, name, "files");
}

/** A file of an autoencoder, and the folder of files that it is one of. */
export interface AutoencoderFile {
  readonly folder: string;
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** One file or more of each format: settings, archives, tensors. */
export const autoencoderFiles: readonly AutoencoderFile[] = [
  ["saelens-topk-layer-norm", "cfg.json"],
  ["saelens-old-standard", "cfg.json"],
  ["saelens-jumprelu-skip-transcoder", "sae_weights.safetensors"],
  ["sparsify-groupmax", "layers.1.mlp/cfg.json"],
  ["gemmascope1-mlp-fortran-compressed", "layer_1/width_16k/average_l0_22/params.npz"],
  ["gemmascope2-clt-affine", "clt/width_16k_l0_medium_affine/config.json"],
  ["llamascope-res", "Llama3_1-8B-Base-L1R-8x/hyperparams.json"],
  ["circuit-tracer-jumprelu-skip", "config.yaml"],
  ["dictionary-learning-gated", "resid_post_layer_1/trainer_0/config.json"],
  ["dictionary-learning-gated", "resid_post_layer_1/trainer_0/ae.pt"],
  ["openai-v5-topk", "resid_post_mlp_v5_32k/autoencoders/1.pt"],
].map(([name, file]) => {
  const folder = filesOf(name!);
  return { folder, name: file!, bytes: readFileSync(join(folder, file!)) };
});
