import { join } from "node:path";
import type { Autoencoders } from "@autocircuit/native";
import { Tensor } from "@autocircuit/native";
import type { EdgeName } from "../patching/expected-case.ts";
import { ExpectedTensors } from "../read-safetensors.ts";
import type { FeatureGraph } from "./feature-case.ts";

/** What `autoencoder.json` says of a variant. */
export interface ExpectedAutoencoder extends Partial<FeatureGraph> {
  index: string[];
  autoencoders: string;
  autoencoder_input: "resid_delta_mlp" | "mlp_post_act";
  prune?: {
    max_latents: number | null;
    include_corrupt: boolean;
    seq_len: number | null;
    activated: (number | number[])[];
    kept_counts: number[];
    kl: number;
    kept: (number[] | number[][])[];
  };
  patched?: { edges: EdgeName[] }[];
  run_circuits?: Record<string, number[]>;
  acdc_order?: string[];
}

/** A set of `autoencoders.safetensors`: `SET/BLOCK/{bias, latent_bias, encode_weight, decode_weight}`. */
export function readAutoencoders(
  path: string,
  set: string,
  input: ExpectedAutoencoder["autoencoder_input"],
): Autoencoders {
  const file = new ExpectedTensors(join(path, "autoencoders.safetensors"));
  const layers = new Set(file.names(`${set}/`).map((name) => name.split("/")[1]!));
  const blocks = Array.from(layers, Number).sort((a, b) => a - b);
  const tensor = (block: number, name: string) => {
    const { data, shape } = file.get(`${set}/${block}/${name}`);
    return Tensor.from(Float32Array.from(data, Number), { shape });
  };
  return {
    input: input === "resid_delta_mlp" ? "mlp_out" : "mlp_post",
    errors: false,
    blocks: blocks.map((block) => ({
      encode: tensor(block, "encode_weight"),
      bias: tensor(block, "latent_bias").sub(
        tensor(block, "encode_weight").matmul(tensor(block, "bias").unsqueeze(1)).squeeze(1),
      ),
      decode: tensor(block, "decode_weight").transpose(0, 1).clone(),
      outBias: tensor(block, "bias"),
    })),
  };
}
