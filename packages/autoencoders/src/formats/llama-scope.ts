import { join } from "node:path";
import { badFile } from "@autocircuit/base";
import type { ConfigReader } from "@autocircuit/models";
import { Tensor } from "@autocircuit/native";
import type { Activation } from "../activations/activation.ts";
import { jumpRelu } from "../activations/jump-relu.ts";
import { checkedDecoder } from "../decoder.ts";
import { openSafetensors } from "../files/safetensors.ts";
import { storedWeights } from "../made-for.ts";
import { scaled } from "../normalisations/scaled.ts";
import { Weights } from "../weights.ts";
import type { Format, FormatContext, FormatParts } from "./format.ts";
import { givenScale } from "./given-scale.ts";
import { readJsonSettings } from "./read-settings.ts";

/** Llama Scope: `hyperparams.json` beside `checkpoints/final.safetensors`, one threshold for all latents. */
export const llamaScope: Format = {
  name: "llama-scope",
  title: "Llama Scope",
  signs: ["hyperparams.json", "checkpoints/final.safetensors"],
  load: async (folder, context) => {
    const raw = await readJsonSettings(join(folder, "hyperparams.json"));
    const scale = scaleOf(raw, folder, context);
    const threshold = Tensor.full([], raw.number("jump_relu_threshold") * scale, { dtype: context.dtype });
    await using weights = new Weights(await openSafetensors(join(folder, "checkpoints", "final.safetensors")), context);
    return await loadLlamaScope(folder, raw, weights, jumpRelu(threshold, true), scale);
  },
};

/** Llama Scope's R1 distillations: `config.json` beside `sae_weights.safetensors`, a threshold for each latent in the file. */
export const llamaScopeR1: Format = {
  name: "llama-scope",
  title: "Llama Scope R1",
  signs: ["config.json", "sae_weights.safetensors"],
  load: async (folder, context: FormatContext) => {
    const raw = await readJsonSettings(join(folder, "config.json"));
    await using weights = new Weights(await openSafetensors(join(folder, "sae_weights.safetensors")), context);
    const dSae = weights.shape("log_jumprelu_threshold", 1)[0]!;
    // Unlike the one in hyperparams.json it is of scaled activations.
    const logThreshold = await weights.load("log_jumprelu_threshold", [dSae]);
    const threshold = logThreshold.exp();
    const activation = { ...jumpRelu(threshold, true), parameters: [threshold, logThreshold], stored: [logThreshold] };
    return await loadLlamaScope(folder, raw, weights, activation, scaleOf(raw, folder, context));
  },
};

async function loadLlamaScope(
  path: string,
  raw: ConfigReader,
  weights: Weights,
  activation: Activation,
  scale: number,
): Promise<FormatParts> {
  raw.only("act_fn", "jumprelu");
  const dIn = raw.size("d_model");
  const dSae = raw.has("d_sae") ? raw.size("d_sae") : dIn * raw.size("expansion_factor");
  const hookIn = raw.string("hook_point_in");
  raw.only("hook_point_out", hookIn);
  const encoder = {
    weight: (await weights.load("encoder.weight", [dSae, dIn])).transpose(0, 1),
    bias: await weights.load("encoder.bias", [dSae]),
    activation,
  };
  const rows = (await weights.stored("decoder.weight", [dIn, dSae])).transpose(0, 1);
  const decoder = await checkedDecoder(rows, weights);
  const outputBias = await weights.load("decoder.bias", [dIn]);
  weights.finish(["log_jumprelu_threshold"]);
  const coders = { encoder, decoder, outputBias };
  return { each: [{ path, hookIn, hookOut: hookIn, ...coders, normalisation: scaled(scale), madeFor: storedWeights }] };
}

/** What brings the data set's activations to the mean length sqrt(d_model), if the caller has no other. */
function scaleOf(raw: ConfigReader, path: string, context: FormatContext): number {
  const given = givenScale(context.scale, path, raw.string("hook_point_in"));
  if (given !== undefined) return given;
  const length = raw.object("dataset_average_activation_norm")?.number("in");
  if (length !== undefined && length > 0 && Number.isFinite(length)) return Math.sqrt(raw.size("d_model")) / length;
  throw badFile(
    raw.where,
    "has no `dataset_average_activation_norm.in` above 0; give `autoencoderScale`, sqrt(d_model) by the mean length of activations.",
  );
}
