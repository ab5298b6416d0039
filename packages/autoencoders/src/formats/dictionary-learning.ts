import { join } from "node:path";
import type { ConfigReader } from "@autocircuit/models";
import { gated } from "../activations/gated.ts";
import { jumpRelu } from "../activations/jump-relu.ts";
import { relu } from "../activations/relu.ts";
import { topK } from "../activations/top-k.ts";
import type { AutoencoderParts } from "../autoencoder.ts";
import { checkedDecoder, rowLengths } from "../decoder.ts";
import { inverse } from "../inverse.ts";
import { storedWeights } from "../made-for.ts";
import { noNormalisation } from "../normalisations/normalisation.ts";
import { openStateDict } from "../pickle/state-dict.ts";
import { Weights } from "../weights.ts";
import type { Format, Reading } from "./format.ts";
import { checkedK, readJsonSettings } from "./read-settings.ts";

type Coders = Pick<AutoencoderParts, "encoder" | "decoder" | "outputBias">;

/** Classes, and how their tensors are read. */
const CLASSES: Readonly<Record<string, (weights: Weights, raw: ConfigReader, reading: Reading) => Promise<Coders>>> = {
  AutoEncoder: (weights, _, reading) => standard(weights, "bias", true, reading === "normalized"),
  AutoEncoderNew: (weights) => standard(weights, "decoder.bias", false, false),
  GatedAutoEncoder: readGated,
  AutoEncoderTopK: readTopK,
  BatchTopKSAE: readBatchTopK,
  JumpReluAutoEncoder: readJumpRelu,
};

/** Tensors of any class. */
const MEANING = [
  "encoder.bias",
  "decoder.bias",
  "bias",
  "b_dec",
  "b_enc",
  "threshold",
  "r_mag",
  "gate_bias",
  "mag_bias",
];

/** dictionary_learning: `config.json` beside `ae.pt`. */
export const dictionaryLearning: Format = {
  name: "dictionary-learning",
  title: "dictionary_learning",
  signs: ["config.json", "ae.pt"],
  load: async (folder, context) => {
    const raw = await readJsonSettings(join(folder, "config.json"));
    const trainer = raw.object("trainer");
    if (!trainer) throw raw.fail("trainer", "has to be an object with `dict_class`");
    const name = trainer.string("dict_class");
    const read = Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
    if (!read) throw trainer.fail("dict_class", `is not known here; known are ${Object.keys(CLASSES).join(", ")}`);
    await using weights = new Weights(await openStateDict(join(folder, "ae.pt")), context);
    const coders = await read(weights, trainer, context.reading);
    weights.finish(MEANING);
    const hook = hookOf(trainer);
    const modelName = trainer.has("lm_name") ? trainer.string("lm_name") : undefined;
    const names = { path: folder, hookIn: hook, hookOut: hook, modelName };
    return {
      each: [{ ...names, normalisation: noNormalisation, madeFor: storedWeights, ...coders }],
    };
  },
};

/** @param normalized gives decoder rows the length 1, and the encoder theirs */
async function standard(weights: Weights, output: string, subtracts: boolean, normalized: boolean): Promise<Coders> {
  const { weight, rows, dIn, dSae } = await linear(weights);
  const outputBias = await weights.load(output, [dIn]);
  const bias = await weights.load("encoder.bias", [dSae]);
  const latentNorms = normalized ? rowLengths(rows, weights.dtype) : undefined;
  const decoder = await checkedDecoder(rows, weights, latentNorms && inverse(latentNorms));
  const inputBias = subtracts ? outputBias : undefined;
  return { encoder: { weight, bias, inputBias, latentNorms, activation: relu }, decoder, outputBias };
}

async function readGated(weights: Weights): Promise<Coders> {
  const { weight, rows, dIn, dSae } = await linear(weights);
  const outputBias = await weights.load("decoder_bias", [dIn]);
  const [gate, bias, scale] = await Promise.all(
    ["gate_bias", "mag_bias", "r_mag"].map((name) => weights.load(name, [dSae])),
  );
  const activation = gated(gate!, bias!, scale!);
  const decoder = await checkedDecoder(rows, weights);
  return { encoder: { weight, inputBias: outputBias, activation }, decoder, outputBias };
}

async function readTopK(weights: Weights): Promise<Coders> {
  const { weight, rows, dIn, dSae } = await linear(weights);
  const outputBias = await weights.load("b_dec", [dIn]);
  const bias = await weights.load("encoder.bias", [dSae]);
  const activation = topK(checkedK(await weights.number("k"), dSae, weights.path), true);
  // Trained along, but only the class for batches reads it.
  weights.ignore("threshold");
  const decoder = await checkedDecoder(rows, weights);
  return { encoder: { weight, bias, inputBias: outputBias, activation }, decoder, outputBias };
}

async function readBatchTopK(weights: Weights): Promise<Coders> {
  const { weight, rows, dIn, dSae } = await linear(weights);
  const outputBias = await weights.load("b_dec", [dIn]);
  const bias = await weights.load("encoder.bias", [dSae]);
  // One number for all latents; -1 means that it was never set, and everything positive passes.
  const activation = jumpRelu(await weights.load("threshold", []), true);
  weights.ignore("k");
  const decoder = await checkedDecoder(rows, weights);
  return { encoder: { weight, bias, inputBias: outputBias, activation }, decoder, outputBias };
}

async function readJumpRelu(weights: Weights): Promise<Coders> {
  const [dIn, dSae] = weights.shape("W_enc", 2) as [number, number];
  const weight = await weights.load("W_enc", [dIn, dSae]);
  const bias = await weights.load("b_enc", [dSae]);
  const activation = jumpRelu(await weights.load("threshold", [dSae]), true);
  const decoder = await checkedDecoder(await weights.stored("W_dec", [dSae, dIn]), weights);
  return { encoder: { weight, bias, activation }, decoder, outputBias: await weights.load("b_dec", [dIn]) };
}

/** Encoder and decoder as PyTorch's linear layers store them: `[out, in]`. */
async function linear(weights: Weights) {
  const [dSae, dIn] = weights.shape("encoder.weight", 2) as [number, number];
  const weight = (await weights.load("encoder.weight", [dSae, dIn])).transpose(0, 1);
  const rows = (await weights.stored("decoder.weight", [dIn, dSae])).transpose(0, 1);
  return { weight, rows, dIn, dSae };
}

/** TransformerLens's hooks inside a block by the names that this library's users give submodules. */
const HOOKS: Readonly<Record<string, string>> = {
  resid_post: "hook_resid_post",
  resid: "hook_resid_post",
  mlp_out: "hook_mlp_out",
  mlp: "hook_mlp_out",
  attn_out: "hook_attn_out",
  attn: "hook_attn_out",
};

function hookOf(trainer: ConfigReader): string {
  const name = trainer.string("submodule_name", "unknown");
  const found = /^([a-z_]+?)_layer_?(\d+)$/.exec(name);
  const hook = found && Object.hasOwn(HOOKS, found[1]!) ? HOOKS[found[1]!] : undefined;
  return hook === undefined ? name : `blocks.${found![2]}.${hook}`;
}
