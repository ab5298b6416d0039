import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { badFile } from "@autocircuit/base";
import type { ConfigReader } from "@autocircuit/models";
import type { Tensor } from "@autocircuit/native";
import { jumpRelu } from "../activations/jump-relu.ts";
import type { CrossLayerParts } from "../cross-layer-transcoder.ts";
import { checkedDecoder } from "../decoder.ts";
import type { Encoder } from "../encoder.ts";
import { openSafetensors } from "../files/safetensors.ts";
import { storedWeights } from "../made-for.ts";
import { noNormalisation } from "../normalisations/normalisation.ts";
import { Weights } from "../weights.ts";
import { blockFiles, requireBlocks } from "./block-files.ts";
import type { Format, FormatContext, FormatParts } from "./format.ts";
import { readJsonSettings } from "./read-settings.ts";

const ONE_FILE = "params.safetensors";
const LAYER_FILE = /^params_layer_(\d+)\.safetensors$/;

/** TransformerLens's hooks inside a block for what `hf_hook_point_in` and `_out` name inside one. */
const HOOKS: Readonly<Record<string, string>> = {
  output: "hook_resid_post",
  "self_attn.o_proj.input": "attn.hook_z",
  "pre_feedforward_layernorm.output": "hook_mlp_in",
  "post_feedforward_layernorm.output": "hook_mlp_out",
};

/** Gemma Scope 2 (Gemma 3): `config.json` beside `params.safetensors`, or beside a file for each block. */
export const gemmaScope2: Format = {
  name: "gemma-scope-2",
  title: "Gemma Scope 2",
  signs: ["config.json", /^params(_layer_\d+)?\.safetensors$/],
  load: async (folder, context) => {
    const raw = await readJsonSettings(join(folder, "config.json"));
    if (raw.string("architecture") !== "jump_relu")
      throw raw.fail("architecture", "is not known here; known is jump_relu");
    return existsSync(join(folder, ONE_FILE)) ? loadOne(folder, raw, context) : loadCrossLayer(folder, raw, context);
  },
};

async function loadOne(folder: string, raw: ConfigReader, context: FormatContext): Promise<FormatParts> {
  await using weights = new Weights(await openSafetensors(join(folder, ONE_FILE)), context);
  const encoder = await encoderOf(raw, weights);
  const [dIn, dSae] = encoder.weight.shape as [number, number];
  const dOut = weights.shape("w_dec", 2)[1]!;
  const decoder = await checkedDecoder(await weights.stored("w_dec", [dSae, dOut]), weights);
  const outputBias = await weights.load("b_dec", [dOut]);
  const skip = await skipOf(raw, weights, dIn, dOut);
  weights.finish(["affine_skip_connection"]);
  const [hookIn, hookOut] = ["in", "out"].map((side) => hookOf(raw, `hf_hook_point_${side}`)) as [string, string];
  const modelName = modelNameOf(raw);
  const normalisation = noNormalisation;
  const coders = { encoder, decoder, outputBias, skip };
  return { each: [{ path: folder, hookIn, hookOut, modelName, ...coders, normalisation, madeFor: storedWeights }] };
}

async function loadCrossLayer(folder: string, raw: ConfigReader, context: FormatContext): Promise<FormatParts> {
  const files = blockFiles(folder, readdirSync(folder), LAYER_FILE);
  const layers: CrossLayerParts[] = [];
  for (const [block, file] of files.entries()) {
    await using weights = new Weights(await openSafetensors(join(folder, file)), context);
    const encoder = await encoderOf(raw, weights);
    const [dIn, dSae] = encoder.weight.shape as [number, number];
    const dOut = weights.shape("w_dec", 3)[2]!;
    requireBlocks(weights.path, weights.shape("w_dec", 3)[1]!, files.length);
    // The file has rows for earlier blocks too; nothing reads them.
    const rows = await weights.stored("w_dec", [dSae, files.length, dOut]);
    const later = files.map((_, to) => to).slice(block);
    const decoders = await Promise.all(later.map((to) => checkedDecoder(rows.select(1, to), weights)));
    const outputBias = await weights.load("b_dec", [dOut]);
    const skip = await skipOf(raw, weights, dIn, dOut);
    weights.finish(["affine_skip_connection"]);
    layers.push({ encoder, decoders, outputBias, skip });
  }
  const modelName = modelNameOf(raw);
  const hooks = { hookIn: "hook_mlp_in", hookOut: "hook_mlp_out" };
  return { crossLayer: { path: folder, ...hooks, modelName, madeFor: storedWeights, layers } };
}

async function encoderOf(raw: ConfigReader, weights: Weights): Promise<Encoder> {
  const [dIn, dSae] = weights.shape("w_enc", 2) as [number, number];
  if (raw.has("width") && raw.size("width") !== dSae) {
    throw badFile(weights.path, `has ${dSae} latents, but the \`width\` in ${raw.where} is ${raw.size("width")}.`);
  }
  const threshold = await weights.load("threshold", [dSae]);
  return {
    weight: await weights.load("w_enc", [dIn, dSae]),
    bias: await weights.load("b_enc", [dSae]),
    activation: jumpRelu(threshold, true),
  };
}

async function skipOf(raw: ConfigReader, weights: Weights, dIn: number, dOut: number): Promise<Tensor | undefined> {
  return raw.boolean("affine_connection", false) ? weights.load("affine_skip_connection", [dIn, dOut]) : undefined;
}

function hookOf(raw: ConfigReader, key: string): string {
  const found = /(?:^|\.)layers\.(\d+)\.(.+)$/.exec(raw.string(key));
  const hook = found && Object.hasOwn(HOOKS, found[2]!) ? HOOKS[found[2]!] : undefined;
  if (hook === undefined)
    throw raw.fail(key, `is no place that is known here; known in a block are ${Object.keys(HOOKS).join(", ")}`);
  return `blocks.${found![1]}.${hook}`;
}

function modelNameOf(raw: ConfigReader): string | undefined {
  return raw.has("model_name") ? raw.string("model_name") : undefined;
}
