import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { badFile } from "@autocircuit/base";
import type { ConfigReader } from "@autocircuit/models";
import type { Activation } from "../activations/activation.ts";
import { unrectifiedJumpRelu } from "../activations/jump-relu.ts";
import { relu } from "../activations/relu.ts";
import { topK } from "../activations/top-k.ts";
import type { AutoencoderParts } from "../autoencoder.ts";
import { checkedDecoder } from "../decoder.ts";
import { openSafetensors } from "../files/safetensors.ts";
import { storedWeights } from "../made-for.ts";
import { noNormalisation } from "../normalisations/normalisation.ts";
import { Weights } from "../weights.ts";
import { blockFiles } from "./block-files.ts";
import { loadCircuitTracerCrossLayer } from "./circuit-tracer-cross-layer.ts";
import { type Format, type FormatContext, type FormatParts, isWanted } from "./format.ts";
import { checkedK, readYamlSettings } from "./read-settings.ts";

const THRESHOLD = "activation_function.threshold";

/** circuit-tracer: `config.yaml` beside a file for each block, of transcoders of single blocks or of one across them. */
export const circuitTracer: Format = {
  name: "circuit-tracer",
  title: "circuit-tracer",
  signs: ["config.yaml", /\.safetensors$/],
  load: async (folder, context) => {
    const raw = await readYamlSettings(join(folder, "config.yaml"));
    switch (raw.string("model_kind")) {
      case "transcoder_set":
        return loadSet(folder, raw, context);
      case "cross_layer_transcoder":
        return loadCircuitTracerCrossLayer(folder, raw, context);
      default:
        throw raw.fail("model_kind", "is not known here; known are transcoder_set, cross_layer_transcoder");
    }
  },
};

async function loadSet(folder: string, raw: ConfigReader, context: FormatContext): Promise<FormatParts> {
  const [hookIn, hookOut] = [raw.string("feature_input_hook"), raw.string("feature_output_hook")];
  const modelName = raw.has("model_name") ? raw.string("model_name") : undefined;
  const each: AutoencoderParts[] = [];
  for (const [block, file] of filesOf(folder, raw).entries()) {
    if (!isWanted(block, context)) continue;
    const path = join(folder, file);
    const hooks = { hookIn: `blocks.${block}.${hookIn}`, hookOut: `blocks.${block}.${hookOut}` };
    each.push({ ...(await loadBlock(path, raw, context)), ...hooks, modelName, madeFor: storedWeights });
  }
  return { each };
}

async function loadBlock(path: string, raw: ConfigReader, context: FormatContext) {
  await using weights = new Weights(await openSafetensors(path), context);
  const [dSae, dIn] = weights.shape("W_enc", 2) as [number, number];
  const dOut = weights.shape("W_dec", 2)[1]!;
  const encoder = {
    weight: (await weights.load("W_enc", [dSae, dIn])).transpose(0, 1),
    bias: await weights.load("b_enc", [dSae]),
    activation: await activationOf(raw, weights, dSae),
  };
  const decoder = await checkedDecoder(await weights.stored("W_dec", [dSae, dOut]), weights);
  const outputBias = await weights.load("b_dec", [dOut]);
  const skip = (await weights.maybe("W_skip", [dOut, dIn]))?.transpose(0, 1);
  weights.finish([THRESHOLD, "k"]);
  return { path, encoder, decoder, outputBias, skip, normalisation: noNormalisation };
}

async function activationOf(raw: ConfigReader, weights: Weights, dSae: number): Promise<Activation> {
  const name = raw.string("activation", weights.has(THRESHOLD) ? "jumprelu" : "relu");
  switch (name) {
    case "relu":
      return relu;
    case "jumprelu":
    case "jump_relu":
      return unrectifiedJumpRelu(await weights.load(THRESHOLD, [dSae]));
    case "topk": {
      const k = checkedK(raw.number("k"), dSae, raw.where);
      const stored = weights.has("k") ? await weights.number("k") : k;
      if (stored !== k) throw badFile(weights.path, `says that k is ${stored}, but ${raw.where} that it is ${k}.`);
      return topK(k, false);
    }
    default:
      throw raw.fail("activation", "is not known here; known are relu, jumprelu, topk");
  }
}

/** The files in the order of blocks: as the configuration lists them, else by their names. */
function filesOf(folder: string, raw: ConfigReader): string[] {
  const listed = raw.strings("transcoders");
  if (listed === undefined) return blockFiles(folder, readdirSync(folder), /^layer_(\d+)\.safetensors$/);
  return listed.map((address) => {
    // Addresses on the hub are read where their files lie in this folder: nothing is fetched behind the caller's back.
    const name = basename(address.replace(/[?#].*$/, ""));
    if (readdirSync(folder).includes(name)) return name;
    throw badFile(
      raw.where,
      `lists ${JSON.stringify(address)}, of which no file ${JSON.stringify(name)} lies beside it. Fetch it first.`,
    );
  });
}
