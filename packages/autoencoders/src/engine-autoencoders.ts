import { AutocircuitError } from "@autocircuit/base";
import {
  type Autoencoders,
  type AutoencodersOfPlace,
  isOfAttention,
  scope,
  type TransformerConfig,
} from "@autocircuit/native";
import type { Autoencoder } from "./autoencoder.ts";
import { checkFitsModel } from "./check-model.ts";
import { hookPlace, type Site } from "./hooks.ts";
import type { AutoencoderSet } from "./load-autoencoders.ts";

/** Places that autoencoders read, to what they replace, and what the engine calls them where latents can be a model's sources. */
const INPUTS: Readonly<Record<string, AutoencodersOfPlace["input"]>> = {
  "mlp_out to mlp_out": "mlp_out",
  "mlp_post to mlp_post": "mlp_post",
  "mlp_normalized to mlp_out": "mlp_in",
  "attn_out to attn_out": "attn_out",
  "z to z": "z",
};

/** How autoencoders become sources. */
export interface EngineAutoencodersOptions {
  /** Keep what they leave out as sources `MLP 3 Error` and `Attention 3 Error`, so that the model computes what it did. Default true. */
  readonly errors?: boolean | undefined;
  /** Blocks without an autoencoder keep their MLP, or their heads. By default every block must have one of each kind that there is. */
  readonly partial?: boolean | undefined;
}

/**
 * Autoencoders that were loaded as the engine takes them: what `PatchableModel.withAutoencoders` is given. A set may hold autoencoders of MLPs,
 * of attention, or both. Biases and factors are folded, and a gate becomes a threshold for each latent, which is the same function. What a
 * transcoder passes on through no latent (its skip connection) is part of what it leaves out, `MLP 3 Error`.
 *
 * @returns tensors of the caller's; decoders are read into memory
 * @throws AutocircuitError `bad-input` for a block without one, for cross-layer transcoders, other places than an MLP's input, output or
 *   neurons and attention's output or its heads' (z), normalisations and activations that are no sum of what latents write, a skip
 *   connection without errors; and for what does not fit the model
 */
export function engineAutoencoders(
  set: AutoencoderSet,
  config: TransformerConfig,
  { errors = true, partial = false }: EngineAutoencodersOptions = {},
): Autoencoders {
  const { path, autoencoders, crossLayer } = set;
  if (crossLayer) throw notSources(path, "is a cross-layer transcoder");
  for (const one of autoencoders) checkFitsModel(one, config);
  const ofMlps: Autoencoder[] = [];
  const ofAttention: Autoencoder[] = [];
  for (const one of autoencoders) (isOfAttention(inputOf(one)) ? ofAttention : ofMlps).push(one);
  const [first, beside] = [ofMlps, ofAttention].filter((some) => some.length > 0);
  if (first === undefined) throw notSources(path, "has no autoencoders");
  const placed = (some: readonly Autoencoder[]) => ofPlace(path, some, config, { errors, partial });
  return scope(() => ({ ...placed(first), errors, ...(beside && { beside: placed(beside) }) }));
}

function ofPlace(
  path: string,
  some: readonly Autoencoder[],
  { layers }: TransformerConfig,
  { errors, partial }: { errors: boolean; partial: boolean },
): AutoencodersOfPlace {
  const inputs = [...new Set(some.map(inputOf))];
  if (inputs.length > 1) throw notSources(path, `reads ${inputs.join(" in one block and ")} in another`);
  const input = inputs[0]!;
  const blocks = Array.from({ length: layers }, (_, block) => some.filter((one) => one.block === block));
  const twice = blocks.find((ones) => ones.length > 1);
  if (twice) throw notSources(path, `has two autoencoders of ${input} of block ${twice[0]!.block}`);
  const missing = blocks.flatMap((ones, block) => (ones.length === 0 ? [block] : []));
  if (missing.length > 0 && !partial) {
    throw new AutocircuitError(
      "bad-input",
      `${path}: has no autoencoder of block ${missing.join(", ")} for ${input}. Give one for each of the model's ${layers} blocks, or say \`partial: true\`: ` +
        `blocks without one then keep their ${isOfAttention(input) ? "heads" : "MLP"}.`,
    );
  }
  return { input, blocks: blocks.map(([one]) => one?.toEngine({ errors }) ?? null) };
}

function inputOf({ path, hookIn, hookOut }: Autoencoder): AutoencodersOfPlace["input"] {
  const places = `${siteOf(hookIn)} to ${siteOf(hookOut)}`;
  const input = Object.hasOwn(INPUTS, places) ? INPUTS[places] : undefined;
  if (input === undefined) throw notSources(path, `goes from ${places}`);
  return input;
}

const siteOf = (hook: string): Site => hookPlace(hook).site!;

function notSources(path: string, what: string): AutocircuitError {
  return new AutocircuitError(
    "bad-input",
    `${path}: ${what}. Latents are sources in the place of an MLP or of heads: take autoencoders of mlp_out or of mlp_post, transcoders that read the MLP's input behind its norm, and autoencoders of attn_out or of z.`,
  );
}
