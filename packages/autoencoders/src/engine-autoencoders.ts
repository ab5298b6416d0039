import { AutocircuitError } from "@autocircuit/base";
import { type Autoencoders, scope, type TransformerConfig } from "@autocircuit/native";
import { checkFitsModel } from "./check-model.ts";
import { hookPlace, type Site } from "./hooks.ts";
import type { AutoencoderSet } from "./load-autoencoders.ts";

/** Places that autoencoders read, to what they replace, and what the engine calls them where latents can be a model's sources. */
const INPUTS: Readonly<Record<string, Autoencoders["input"]>> = {
  "mlp_out to mlp_out": "mlp_out",
  "mlp_post to mlp_post": "mlp_post",
  "mlp_normalized to mlp_out": "mlp_in",
};

/** How autoencoders become sources. */
export interface EngineAutoencodersOptions {
  /** Keep what they leave out as sources `MLP 3 Error`, so that the model computes what it did. Default true. */
  readonly errors?: boolean | undefined;
}

/**
 * Autoencoders that were loaded as the engine takes them, one for each block of a model: what `PatchableModel.withAutoencoders` is given.
 * Biases and factors are folded, and a gate becomes a threshold for each latent, which is the same function. What a transcoder passes on
 * through no latent (its skip connection) is part of what it leaves out, `MLP 3 Error`.
 *
 * @returns tensors of the caller's; decoders are read into memory
 * @throws AutocircuitError `bad-input` for a block without one, for cross-layer transcoders, other places than an MLP's input, output or
 *   neurons, normalisations and activations that are no sum of what latents write, a skip connection without errors; and for what does not
 *   fit the model
 */
export function engineAutoencoders(
  set: AutoencoderSet,
  config: TransformerConfig,
  { errors = true }: EngineAutoencodersOptions = {},
): Autoencoders {
  const { path, autoencoders, crossLayer } = set;
  if (crossLayer) throw notSources(path, "is a cross-layer transcoder");
  const missing = Array.from({ length: config.layers }, (_, block) => block).filter(
    (block) => !autoencoders.some((one) => one.block === block),
  );
  if (missing.length > 0) {
    throw new AutocircuitError(
      "bad-input",
      `${path}: has no autoencoder of block ${missing.join(", ")}; latents are sources of a model only where every one of its ${config.layers} blocks has one.`,
    );
  }
  for (const one of autoencoders) checkFitsModel(one, config);
  const places = [...new Set(autoencoders.map((one) => `${siteOf(one.hookIn)} to ${siteOf(one.hookOut)}`))];
  const input = Object.hasOwn(INPUTS, places[0]!) ? INPUTS[places[0]!] : undefined;
  if (places.length > 1 || input === undefined) throw notSources(path, `goes from ${places.join(", and from ")}`);
  return scope(() => ({ input, errors, blocks: autoencoders.map((one) => one.toEngine({ errors })) }));
}

const siteOf = (hook: string): Site => hookPlace(hook).site!;

function notSources(path: string, what: string): AutocircuitError {
  return new AutocircuitError(
    "bad-input",
    `${path}: ${what}. Latents are sources in the place of an MLP: take autoencoders of all blocks' mlp_out, of all blocks' mlp_post, or transcoders of all blocks that read the MLP's input behind its norm.`,
  );
}
