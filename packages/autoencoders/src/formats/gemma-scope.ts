import { join, resolve, sep } from "node:path";
import { AutocircuitError } from "@autocircuit/base";
import { jumpRelu } from "../activations/jump-relu.ts";
import { checkedDecoder } from "../decoder.ts";
import { openNpz } from "../files/npz.ts";
import { storedWeights } from "../made-for.ts";
import { noNormalisation } from "../normalisations/normalisation.ts";
import { Weights } from "../weights.ts";
import { checkOnes } from "./check-ones.ts";
import type { Format, FormatContext } from "./format.ts";

/** What an autoencoder reads and replaces inside a block, by the end of its repository's name. */
const HOOKS: Readonly<Record<string, readonly [hookIn: string, hookOut: string]>> = {
  res: ["hook_resid_post", "hook_resid_post"],
  mlp: ["hook_mlp_out", "hook_mlp_out"],
  att: ["attn.hook_z", "attn.hook_z"],
  transcoders: ["ln2.hook_normalized", "hook_mlp_out"],
};

/** Gemma Scope (Gemma 2): `layer_N/width_W/average_l0_L/params.npz`, without a configuration. */
export const gemmaScope: Format = {
  name: "gemma-scope",
  title: "Gemma Scope",
  signs: ["params.npz"],
  load: async (folder, context) => {
    const { hookIn, hookOut, isEmbedding } = hooksOf(folder, context);
    await using weights = new Weights(await openNpz(join(folder, "params.npz")), context);
    const named = (name: string) => (weights.has(name) ? name : name.replace("W_", "w_"));
    const [dIn, dSae] = weights.shape(named("W_enc"), 2) as [number, number];
    const dOut = weights.shape(named("W_dec"), 2)[1]!;
    await checkOnes(weights, "scaling_factor", dSae);
    const weight = await weights.load(named("W_enc"), [dIn, dSae]);
    const threshold = await weights.load("threshold", [dSae]);
    const encoder = {
      // Gemma's embeddings are scaled after they are looked up; these autoencoders were trained on scaled ones.
      weight: isEmbedding ? weight.div(Math.sqrt(dIn)) : weight,
      bias: await weights.load("b_enc", [dSae]),
      activation: jumpRelu(threshold, true),
    };
    const rows = await weights.stored(named("W_dec"), [dSae, dOut]);
    const decoder = await checkedDecoder(rows, weights, isEmbedding ? Math.sqrt(dIn) : undefined);
    const outputBias = await weights.load("b_dec", [dOut]);
    weights.finish([]);
    const coders = { encoder, decoder, outputBias };
    const how = { normalisation: noNormalisation, madeFor: storedWeights };
    return { each: [{ path: folder, hookIn, hookOut, ...coders, ...how }] };
  },
};

function hooksOf(folder: string, { repo }: FormatContext): { hookIn: string; hookOut: string; isEmbedding: boolean } {
  const path = resolve(folder).split(sep);
  const layer = path.findLast((name) => /^layer_\d+$/.test(name));
  if (layer === undefined && path.some((name) => name === "embedding")) {
    return { hookIn: "hook_embed", hookOut: "hook_embed", isEmbedding: true };
  }
  // A folder of the hub's cache has the repository's name as well.
  const kind = /gemma-scope-[\w.-]*-(res|mlp|att|transcoders)(?![a-z])/.exec(repo ?? path.join("/"))?.[1];
  const hooks = kind === undefined ? undefined : HOOKS[kind];
  if (layer === undefined || hooks === undefined) {
    throw new AutocircuitError(
      "bad-input",
      `${folder}: Gemma Scope's files do not say what they read: that is in the names of their folders (layer_N, or embedding) and of their repository. ` +
        "Keep the folders below one with the repository's name, as in gemma-scope-2b-pt-res/layer_3/width_16k/average_l0_59, " +
        'or give the repository in a program, as in `repo: "google/gemma-scope-2b-pt-res"`.',
    );
  }
  const block = `blocks.${Number(layer.slice("layer_".length))}.`;
  return { hookIn: block + hooks[0], hookOut: block + hooks[1], isEmbedding: false };
}
