import { basename, join } from "node:path";
import type { ConfigReader } from "@autocircuit/models";
import type { Activation } from "../activations/activation.ts";
import { groupMax } from "../activations/group-max.ts";
import { topK } from "../activations/top-k.ts";
import { checkedDecoder } from "../decoder.ts";
import { openSafetensors } from "../files/safetensors.ts";
import { storedWeights } from "../made-for.ts";
import { noNormalisation } from "../normalisations/normalisation.ts";
import { Weights } from "../weights.ts";
import type { Format } from "./format.ts";
import { checkedK, readJsonSettings } from "./read-settings.ts";

/** EleutherAI's sparsify: a folder named for a module, with `cfg.json` and `sae.safetensors`. */
export const sparsify: Format = {
  name: "sparsify",
  title: "sparsify",
  signs: ["cfg.json", "sae.safetensors"],
  load: async (folder, context) => {
    const raw = await readJsonSettings(join(folder, "cfg.json"));
    await using weights = new Weights(await openSafetensors(join(folder, "sae.safetensors")), context);
    const dIn = raw.size("d_in");
    const latents = raw.number("num_latents", 0);
    const dSae = latents === 0 ? dIn * raw.size("expansion_factor") : raw.size("num_latents");
    const transcode = raw.boolean("transcode", false);
    const module = basename(folder);
    const outputBias = await weights.load("b_dec", [dIn]);
    const encoder = {
      weight: (await weights.load("encoder.weight", [dSae, dIn])).transpose(0, 1),
      bias: await weights.load("encoder.bias", [dSae]),
      inputBias: transcode ? undefined : outputBias,
      activation: activationOf(raw, dSae),
    };
    const decoder = await checkedDecoder(await weights.stored("W_dec", [dSae, dIn]), weights);
    const skips = raw.boolean("skip_connection", false);
    const skip = skips ? (await weights.load("W_skip", [dIn, dIn])).transpose(0, 1) : undefined;
    weights.finish(["W_skip"]);
    const hooks = {
      hookIn: `${module} (module ${transcode ? "input" : "output"})`,
      hookOut: `${module} (module output)`,
    };
    const coders = { encoder, decoder, outputBias, skip };
    return { each: [{ path: folder, ...hooks, ...coders, normalisation: noNormalisation, madeFor: storedWeights }] };
  },
};

function activationOf(raw: ConfigReader, dSae: number): Activation {
  const name = raw.string("activation", "topk");
  const k = checkedK(raw.number("k"), dSae, raw.where);
  if (name === "topk") return topK(k, true);
  if (name !== "groupmax") throw raw.fail("activation", "is not known here; known are topk, groupmax");
  if (dSae % k !== 0) throw raw.fail("k", `does not divide the ${dSae} latents into groups of one size`);
  return groupMax(k);
}
