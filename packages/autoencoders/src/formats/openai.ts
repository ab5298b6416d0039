import { readdirSync, statSync } from "node:fs";
import { basename, join, resolve, sep } from "node:path";
import { AutocircuitError, badFile } from "@autocircuit/base";
import type { Activation } from "../activations/activation.ts";
import { identity } from "../activations/identity.ts";
import { relu } from "../activations/relu.ts";
import { topK } from "../activations/top-k.ts";
import type { AutoencoderParts } from "../autoencoder.ts";
import { checkedDecoder } from "../decoder.ts";
import type { TensorFile } from "../files/tensor-file.ts";
import { storedWeights } from "../made-for.ts";
import { layerNorm } from "../normalisations/layer-norm.ts";
import { type Normalisation, noNormalisation } from "../normalisations/normalisation.ts";
import { openStateDict } from "../pickle/state-dict.ts";
import { Weights } from "../weights.ts";
import { type Format, type FormatContext, isWanted } from "./format.ts";
import { checkedK } from "./read-settings.ts";

/** Statistics of the training. */
const STATISTICS = ["stats_last_nonzero", "latents_activation_frequency", "latents_mean_square"];

/** OpenAI's autoencoders of GPT-2 small: `LOCATION/autoencoders/BLOCK.pt`; a single file, or a folder of them. */
export const openAi: Format = {
  name: "openai",
  title: "OpenAI",
  signs: [/^\d+\.pt$/],
  load: async (path, context) => {
    const each: AutoencoderParts[] = [];
    for (const file of filesAt(path)) {
      if (isWanted(blockOf(file), context)) each.push(await loadFile(file, context));
    }
    return { each };
  },
};

function filesAt(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => /^\d+\.pt$/.test(name));
  return names.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)).map((name) => join(path, name));
}

async function loadFile(path: string, context: FormatContext): Promise<AutoencoderParts> {
  await using weights = new Weights(await openStateDict(path), context);
  const [dSae, dIn] = weights.shape("encoder.weight", 2) as [number, number];
  const outputBias = await weights.load("pre_bias", [dIn]);
  const { activation, normalisation } =
    context.reading === "autocircuit"
      ? { activation: relu, normalisation: noNormalisation }
      : activationOf(weights.file, dSae);
  const encoder = {
    weight: (await weights.load("encoder.weight", [dSae, dIn])).transpose(0, 1),
    bias: await weights.load("latent_bias", [dSae]),
    inputBias: outputBias,
    activation,
  };
  const rows = (await weights.stored("decoder.weight", [dIn, dSae])).transpose(0, 1);
  const decoder = await checkedDecoder(rows, weights);
  weights.ignore(...STATISTICS);
  weights.finish([]);
  const hook = hookOf(path);
  // Their README loads the model without centring; AutoCircuit reads whatever its own model writes.
  const madeFor = context.reading === "autocircuit" ? undefined : storedWeights;
  const names = { path, hookIn: hook, hookOut: hook, modelName: "gpt2-small" };
  return { ...names, encoder, decoder, outputBias, normalisation, madeFor };
}

/** Top-k is the only sign that inputs are normalised. */
function activationOf(
  { path, others }: TensorFile,
  dSae: number,
): { activation: Activation; normalisation: Normalisation } {
  const name = others?.get("activation") ?? "ReLU";
  if (name === "ReLU") return { activation: relu, normalisation: noNormalisation };
  if (name === "Identity") return { activation: identity, normalisation: noNormalisation };
  if (name !== "TopK") {
    throw badFile(
      path,
      `its activation is ${JSON.stringify(name)}, which is not known here; known are ReLU, TopK, Identity.`,
    );
  }
  const state = others?.get("activation_state_dict");
  const [k, after] = state instanceof Map ? [state.get("k"), state.get("postact_fn") ?? "ReLU"] : [undefined, "ReLU"];
  if (after !== "ReLU" && after !== "Identity") {
    throw badFile(
      path,
      `what follows its top-k is ${JSON.stringify(after)}, which is not known here; known are ReLU, Identity.`,
    );
  }
  return { activation: topK(checkedK(Number(k), dSae, path), after === "ReLU"), normalisation: layerNorm };
}

/** TransformerLens's hooks inside a block by the beginnings of OpenAI's names of locations, the longest first. */
const HOOKS: readonly (readonly [location: string, hook: string])[] = [
  ["resid_post_attn", "hook_resid_mid"],
  ["resid_post_mlp", "hook_resid_post"],
  ["resid_delta_attn", "hook_attn_out"],
  ["resid_delta_mlp", "hook_mlp_out"],
  ["mlp_post_act", "mlp.hook_post"],
];

function blockOf(path: string): number | undefined {
  const found = /^(\d+)\.pt$/.exec(basename(path));
  return found ? Number(found[1]) : undefined;
}

function hookOf(path: string): string {
  const folders = resolve(path).split(sep).slice(0, -1).reverse();
  const hooks = folders.map((folder) => HOOKS.find(([location]) => folder.startsWith(location))?.[1]);
  const hook = hooks.find((found) => found !== undefined);
  const block = blockOf(path);
  if (hook !== undefined && block !== undefined) return `blocks.${block}.${hook}`;
  throw new AutocircuitError(
    "bad-input",
    `${path}: OpenAI's files do not say what they read: that is in their names, LOCATION/autoencoders/BLOCK.pt, where LOCATION begins with ` +
      `${HOOKS.map(([location]) => location).join(", ")}. Keep them.`,
  );
}
