import { AutocircuitError } from "@autocircuit/base";
import type { AutoencodersOfPlace, TransformerConfig } from "@autocircuit/native";
import type { AutoencoderParts } from "./autoencoder-parts.ts";
import type { FormatName } from "./formats/format.ts";
import { hookPlace, isOfModule, type Site } from "./hooks.ts";

/** Places that autoencoders read, to what they replace, and what the engine calls them where latents can be a model's sources. */
const INPUTS: Readonly<Record<string, AutoencodersOfPlace["input"]>> = {
  "mlp_out to mlp_out": "mlp_out",
  "mlp_post to mlp_post": "mlp_post",
  "mlp_normalized to mlp_out": "mlp_in",
  "resid_mid to mlp_out": "mlp_resid",
  "attn_out to attn_out": "attn_out",
  "z to z": "z",
  "resid_post to resid_post": "resid_post",
  // What is behind the block before.
  "resid_pre to resid_pre": "resid_post",
};

/** Gemma Scope 2 calls the MLP's input what `pre_feedforward_layernorm` puts out; others mean the stream before it, or do not say. */
const INPUTS_OF_GEMMA_SCOPE_2: typeof INPUTS = { ...INPUTS, "mlp_in to mlp_out": "mlp_in" };

/** What says where an autoencoder is. */
export type Placed = Pick<AutoencoderParts, "path" | "hookIn" | "hookOut" | "madeFor">;
/** What autoencoders are to the engine, by where they are. */
export type Place = Pick<AutoencodersOfPlace, "input" | "normWeights">;

/**
 * The place of an autoencoder in a model.
 *
 * @throws AutocircuitError `bad-input` for one in which latents cannot be sources
 */
export function placeIn(
  format: FormatName,
  { norm, preNorm, parallel }: TransformerConfig,
  { path, hookIn, hookOut, madeFor }: Placed,
): Place {
  const places = `${siteOf(hookIn)} to ${siteOf(hookOut)}`;
  const known = format === "gemma-scope-2" ? INPUTS_OF_GEMMA_SCOPE_2 : INPUTS;
  const input = Object.hasOwn(known, places) ? known[places] : undefined;
  if (input === undefined) throw notSources(path, `goes from ${places}`);
  if (input === "mlp_resid" && parallel) {
    throw new AutocircuitError(
      "bad-input",
      `${path}: reads ${hookIn}, the stream between attention and MLP, but in this model both run side by side.`,
    );
  }
  if (input === "z" && norm === "layer" && madeFor?.valueBiases === false && madeFor.foldedNorms === false) {
    throw new AutocircuitError(
      "bad-input",
      `${path}: was made for a model whose value biases were folded and its norms were not (\`model_from_pretrained_kwargs\`): what the norms' own biases ` +
        "add to the heads' outputs stays there then, and no model is loaded like that here. Take autoencoders of a model with both, or with neither.",
    );
  }
  if (input !== "mlp_in" || norm === "none" || preNorm === false) return { input };
  // A module is given what the norm's weights were multiplied to. TransformerLens's hook lies before the weights of a root-mean-square norm and
  // behind those of a LayerNorm, if that has them.
  if (format === "gemma-scope-2" || isOfModule(hookIn)) return { input, normWeights: true };
  if (norm === "rms") return { input, normWeights: false };
  return { input, normWeights: madeFor?.foldedNorms === undefined ? undefined : !madeFor.foldedNorms };
}

const siteOf = (hook: string): Site => hookPlace(hook).site!;

export function notSources(path: string, what: string): AutocircuitError {
  return new AutocircuitError(
    "bad-input",
    `${path}: ${what}. Latents are sources in the place of an MLP, of heads or of the stream behind a block: take autoencoders of mlp_out or of mlp_post, transcoders that read the MLP's input behind its norm or before it (resid_mid), and autoencoders of attn_out, of z, of resid_post or of resid_pre.`,
  );
}
