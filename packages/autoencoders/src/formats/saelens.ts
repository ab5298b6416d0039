import { join } from "node:path";
import { badFile, sayOnce } from "@autocircuit/base";
import type { Tensor } from "@autocircuit/native";
import { absTopK } from "../activations/abs-top-k.ts";
import type { Activation } from "../activations/activation.ts";
import { gated } from "../activations/gated.ts";
import { jumpRelu } from "../activations/jump-relu.ts";
import { relu } from "../activations/relu.ts";
import { topK } from "../activations/top-k.ts";
import { checkedDecoder, rowLengths } from "../decoder.ts";
import { openSafetensors } from "../files/safetensors.ts";
import { inverse } from "../inverse.ts";
import { constantNorm } from "../normalisations/constant-norm.ts";
import { layerNorm } from "../normalisations/layer-norm.ts";
import { type Normalisation, noNormalisation, ofInputOnly } from "../normalisations/normalisation.ts";
import { scaled } from "../normalisations/scaled.ts";
import { Weights } from "../weights.ts";
import { checkOnes } from "./check-ones.ts";
import type { Format, FormatContext, FormatParts } from "./format.ts";
import { givenScale } from "./given-scale.ts";
import { checkedK, readJsonSettings } from "./read-settings.ts";
import { readSaeLensConfig, type SaeLensConfig } from "./saelens-config.ts";

/** What tensors of any architecture are called. */
const MEANING = ["b_enc", "threshold", "b_gate", "b_mag", "r_mag", "W_skip"];

/** SAELens, of all versions: `cfg.json` beside `sae_weights.safetensors`. */
export const saeLens: Format = {
  name: "saelens",
  title: "SAELens",
  signs: ["cfg.json", "sae_weights.safetensors"],
  load: async (folder, context) => {
    const config = readSaeLensConfig(await readJsonSettings(join(folder, "cfg.json")));
    await using weights = new Weights(await openSafetensors(join(folder, "sae_weights.safetensors")), context);
    return await loadSaeLens(folder, config, weights, context);
  },
};

async function loadSaeLens(
  path: string,
  config: SaeLensConfig,
  weights: Weights,
  context: FormatContext,
): Promise<FormatParts> {
  const scale =
    config.normalization === "expected_average_only_in" ? givenScale(context.scale, path, config.hookIn) : undefined;
  const { dIn, dSae, hookIn, hookOut, modelName, madeFor, isTranscoder, architecture, latentNumbers } = config;
  const dOut = isTranscoder ? weights.shape("W_dec", 2)[1]! : dIn;
  await checkOnes(weights, "scaling_factor", dSae);
  const encoderWeight = await weights.load("W_enc", [dIn, dSae]);
  const rows = await weights.stored("W_dec", [dSae, dOut]);
  const outputBias = await weights.load("b_dec", [dOut]);
  const bias = architecture === "gated" ? undefined : await weights.load("b_enc", [dSae]);
  const activation = await activationOf(config, weights);
  const skip = architecture.includes("skip") ? (await weights.load("W_skip", [dOut, dIn])).transpose(0, 1) : undefined;
  weights.finish(MEANING);
  const latentNorms = config.rescale ? await latentNormsOf(config, rows, weights, scale) : undefined;
  const decoder = await checkedDecoder(rows, weights, latentNorms && inverse(latentNorms));
  const inputBias = config.subtractOutputBias ? outputBias : undefined;
  const encoder = { weight: encoderWeight, bias, inputBias, latentNorms, activation };
  const normalisation = normalisationOf(config, path, scale, context);
  const names = { path, hookIn, hookOut, modelName, madeFor, latentNumbers };
  return { each: [{ ...names, encoder, decoder, outputBias, skip, normalisation }] };
}

async function activationOf({ architecture, dSae, k }: SaeLensConfig, weights: Weights): Promise<Activation> {
  switch (architecture) {
    case "gated": {
      const [gate, bias, scale] = await Promise.all(
        ["b_gate", "b_mag", "r_mag"].map((name) => weights.load(name, [dSae])),
      );
      return gated(gate!, bias!, scale!);
    }
    case "topk":
      return topK(checkedK(k!, dSae, weights.path), true);
    case "abstopk":
      return absTopK(checkedK(k!, dSae, weights.path));
    case "jumprelu":
    case "jumprelu_transcoder":
    case "jumprelu_skip_transcoder":
      return jumpRelu(await weights.load("threshold", [dSae]), true);
    default:
      return relu;
  }
}

/** A scale that is folded into the decoder makes its rows shorter, and pre-activations are compared by what they write. */
async function latentNormsOf(
  { architecture }: SaeLensConfig,
  rows: Tensor,
  weights: Weights,
  scale: number | undefined,
): Promise<Tensor> {
  if (architecture !== "topk" && architecture !== "abstopk") {
    throw badFile(weights.path, `\`rescale_acts_by_decoder_norm\` is not known for the architecture ${architecture}.`);
  }
  const lengths = rowLengths(rows, weights.dtype);
  return scale === undefined ? lengths : lengths.div(scale);
}

function normalisationOf(
  { normalization, isTranscoder }: SaeLensConfig,
  path: string,
  scale: number | undefined,
  { headersOnly }: FormatContext,
): Normalisation {
  switch (normalization) {
    case "none":
      return noNormalisation;
    case "expected_average_only_in":
      if (scale !== undefined) return scaled(scale);
      if (!headersOnly)
        sayOnce(
          `${path}: expects activations of mean length sqrt(d_in); they are taken as they are, since no factor was given (\`autoencoderScale\`)`,
        );
      return noNormalisation;
    case "layer_norm":
      return isTranscoder ? ofInputOnly(layerNorm) : layerNorm;
    case "constant_norm_rescale":
      return isTranscoder ? ofInputOnly(constantNorm) : constantNorm;
  }
}
