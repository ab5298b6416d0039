import { AutocircuitError } from "@autocircuit/base";
import { type Autoencoders, scope, type TransformerConfig } from "@autocircuit/native";
import { checkFitsModel } from "./check-model.ts";
import { hookPlace, type Site } from "./hooks.ts";
import type { AutoencoderSet } from "./load-autoencoders.ts";

/** Sites whose autoencoders can be a model's sources, and what the engine calls them. */
const INPUTS: Readonly<Partial<Record<Site, Autoencoders["input"]>>> = { mlp_out: "mlp_out", mlp_post: "mlp_post" };

/** How autoencoders become sources. */
export interface EngineAutoencodersOptions {
  /** Keep what they leave out as sources `MLP 3 Error`, so that the model computes what it did. Default true. */
  readonly errors?: boolean | undefined;
}

/**
 * Autoencoders that were loaded as the engine takes them, one for each block of a model: what `PatchableModel.withAutoencoders` is given.
 * Biases and factors are folded, and a gate becomes a threshold for each latent, which is the same function.
 *
 * @returns tensors of the caller's; decoders are read into memory
 * @throws AutocircuitError `bad-input` for a block without one, for transcoders, other places than an MLP's output or neurons, normalisations
 *   and activations that are no sum of what latents write; and for what does not fit the model
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
  const sites = new Set(autoencoders.map(({ hookIn }) => hookPlace(hookIn).site!));
  const [site] = sites;
  const input = INPUTS[site!];
  if (autoencoders.some((one) => one.isTranscoder)) throw notSources(path, "holds transcoders");
  if (sites.size > 1 || input === undefined) throw notSources(path, `is of ${[...sites].join(" and ")}`);
  return scope(() => ({ input, errors, blocks: autoencoders.map((one) => one.toEngine()) }));
}

function notSources(path: string, what: string): AutocircuitError {
  return new AutocircuitError(
    "bad-input",
    `${path}: ${what}. Latents are sources in the place of an MLP: take autoencoders of all blocks' mlp_out, or of all blocks' mlp_post.`,
  );
}
