import { AutocircuitError, type KindsOf, kind, sayOnce, signature } from "@autocircuit/base";
import {
  type Autoencoders,
  type AutoencodersOfPlace,
  type ReplacedPart,
  replacedPart,
  scope,
  type TransformerConfig,
} from "@autocircuit/native";
import { Autoencoder } from "./autoencoder.ts";
import { checkFitsModel, checkInspected } from "./check-model.ts";
import { CrossLayerTranscoder } from "./cross-layer-transcoder.ts";
import { requireSources } from "./engine-block.ts";
import type { FormatName } from "./formats/format.ts";
import type { InspectedAutoencoders } from "./inspect-autoencoders.ts";
import * as kinds from "./kinds.ts";
import { latentsPlace } from "./latents-place.ts";
import type { AutoencoderSet } from "./load-autoencoders.ts";
import { leavesOpen } from "./made-for.ts";
import { notSources, type Place, type Placed, placeIn } from "./place-in.ts";

/** How autoencoders become sources. */
export interface EngineAutoencodersOptions {
  /** Keep what they leave out as sources `MLP 3 Error`, `Attention 3 Error`, `Resid Post 3 Error`, so that the model computes what it did. Default true. */
  readonly autoencoderErrors?: boolean | undefined;
  /** Blocks without an autoencoder keep their MLP, or their heads. By default every block must have one of each kind of these that there is. */
  readonly partialAutoencoders?: boolean | undefined;
}

const loaded = kind.shape("what loadAutoencoders gives", {
  ...{ path: kind.text, format: kind.text },
  autoencoders: kind.listOf(kind.instance(Autoencoder, "an Autoencoder")),
  crossLayer: kind.optional(kind.instance(CrossLayerTranscoder, "a CrossLayerTranscoder")),
});
const optionKinds = {
  autoencoderErrors: kind.flag,
  partialAutoencoders: kind.flag,
} satisfies KindsOf<EngineAutoencodersOptions>;
const check = signature("engineAutoencoders", { set: loaded, config: kinds.modelConfig }, optionKinds);
const checkInspectedOnes = signature(
  "checkSources",
  { inspected: kinds.inspected, config: kinds.modelConfig },
  optionKinds,
);

/**
 * Autoencoders that were loaded as the engine takes them: what `PatchableModel.withAutoencoders` is given. A set may hold autoencoders of MLPs,
 * of attention and of the residual stream. Those of `hook_resid_pre` are of the stream behind the block before; the stream needs none behind
 * any block in particular. Biases and factors are folded, and a gate becomes a threshold for each latent, which is the same function. What a
 * transcoder passes on through no latent (its skip connection) is part of what it leaves out, `MLP 3 Error`. Where a norm stands behind attention
 * and MLP (Gemma 2 and 3, OLMo 2), a latent of `z` or `mlp_post` writes its share of what the norm gives, as heads do, and the bias's share is part
 * of the error.
 *
 * Of a cross-layer transcoder a latent of block b writes to the MLP outputs of block b and of all later ones: `MLP 2 Latent 17->A5.3.Q` carries
 * what it writes to the outputs of blocks 2, 3 and 4, which is what the query reads. `MLP 4 Error` is what the latents of blocks 0 to 4 together
 * leave out of MLP 4's output.
 *
 * @returns tensors of the caller's; decoders are read into memory
 * @throws AutocircuitError `bad-input` for a block without one, for other places than an MLP's input, output or neurons, attention's output or
 *   its heads' (z) and the stream behind a block, normalisations and activations that are no sum of what latents write, a skip connection without errors,
 *   `z` and `mlp_post` without errors in models with norms behind attention and MLP; and for what does not fit the model
 */
export function engineAutoencoders(
  set: AutoencoderSet,
  config: TransformerConfig,
  options: EngineAutoencodersOptions = {},
): Autoencoders {
  check({ set, config }, options);
  const { autoencoderErrors: errors = true, partialAutoencoders: partial = false } = options;
  const { path, format, autoencoders, crossLayer } = set;
  if (crossLayer) {
    checkFitsModel(crossLayer, config);
    const [hookIn, hookOut] = [crossLayer.hooksIn[0]!, crossLayer.hooksOut[0]!];
    const place = placeIn(format, config, { path, hookIn, hookOut, madeFor: crossLayer.madeFor });
    return scope(() => ({ ...place, errors, blocks: crossLayer.toEngine({ autoencoderErrors: errors }) }));
  }
  for (const one of autoencoders) checkFitsModel(one, config);
  sayWhatIsOpen(path, autoencoders, config);
  const places = placesOf<Autoencoder>({ path, format, autoencoders }, config, { errors, partial });
  return scope(() => {
    const [first, ...beside] = places.map(
      ({ blocks, ...place }): AutoencodersOfPlace => ({
        ...place,
        blocks: blocks.map((one) => one?.toEngine({ autoencoderErrors: errors }) ?? null),
      }),
    );
    return { ...first!, errors, ...(beside.length > 0 && { beside }) };
  });
}

/** Says it where nobody knows whether the model is processed as the one was that autoencoders were made for. */
function sayWhatIsOpen(path: string, autoencoders: readonly Autoencoder[], config: TransformerConfig): void {
  if (!autoencoders.some(({ hookIn, madeFor }) => madeFor && leavesOpen(hookIn, madeFor, config))) return;
  sayOnce(
    `${path}: does not say how the weights of the model were processed that its autoencoders were made for (\`model_from_pretrained_kwargs\`); ` +
      "they read what this model's weights give. Weights of `transformers` are centred, their norms and value biases folded, unless the loader is told " +
      "otherwise (`processing`: centerWritingWeights, foldLn, foldValueBiases), as TransformerLens does",
  );
}

/**
 * Whether the latents of autoencoders that were only looked at can be sources of a model, as far as their settings and places tell.
 *
 * @throws AutocircuitError `bad-input` as {@link engineAutoencoders}, for places that can be none, two of one place, a block without one, activations and
 *   normalisations that are no sum of what latents write, a skip connection without errors, `z` and `mlp_post` without errors in models with norms
 *   behind attention and MLP; and as `checkInspected`
 * @example
 * checkSources(await inspectAutoencoders("saes/mlp-out"), await readConfig("models/gpt2")); // before weights of either are read
 */
export function checkSources(
  inspected: InspectedAutoencoders,
  config: TransformerConfig,
  options: EngineAutoencodersOptions = {},
): void {
  checkInspectedOnes({ inspected, config }, options);
  const { autoencoderErrors: errors = true, partialAutoencoders: partial = false } = options;
  checkInspected(inspected, config);
  const { format, autoencoders, crossLayer } = inspected;
  if (!crossLayer) placesOf(inspected, config, { errors, partial });
  else for (const one of autoencoders) placeIn(format, config, one);
  for (const one of autoencoders) requireSources(one, errors);
}

/** An autoencoder by where it is and which block it reads. */
type InBlock = Placed & Pick<Autoencoder, "block">;

/** Autoencoders by the places that they stand in, one or none for each block; at least one place. */
function placesOf<One extends InBlock>(
  { path, format, autoencoders }: { path: string; format: FormatName; autoencoders: readonly One[] },
  config: TransformerConfig,
  { errors, partial }: Record<"errors" | "partial", boolean>,
): readonly (Place & { blocks: readonly (One | null)[] })[] {
  const parts: Record<ReplacedPart, One[]> = { mlp: [], attention: [], stream: [] };
  for (const one of autoencoders) {
    const { input } = placeIn(format, config, one);
    if (!errors) requireNoNormBehind(one, input, config);
    parts[replacedPart(input)].push(one);
  }
  const placed = Object.values(parts).filter((some) => some.length > 0);
  if (placed.length === 0) throw notSources(path, "has no autoencoders");
  return placed.map((some) => ofPlace(path, some, (one) => placeIn(format, config, one), config.layers, partial));
}

/** Without errors nothing is there to hold what the bias of an autoencoder's output writes through a norm, another share in each run. */
function requireNoNormBehind({ path, hookIn }: Placed, input: Place["input"], { postNorms }: TransformerConfig): void {
  if (!postNorms || (input !== "z" && input !== "mlp_post")) return;
  throw new AutocircuitError(
    "bad-input",
    `${path}: reads ${hookIn}, and this model has a norm between that and the stream, which multiplies the bias of the autoencoder's output by another factor in ` +
      "each run: only the error can hold that, and it was to be dropped. Keep errors: `autoencoderErrors: true`.",
  );
}

function ofPlace<One extends InBlock>(
  path: string,
  some: readonly One[],
  placeOf: (one: Placed) => Place,
  layers: number,
  partial: boolean,
): Place & { blocks: readonly (One | null)[] } {
  const place = placeOf(some[0]!);
  const { input } = place;
  const other = some.find((one) => placeOf(one).input !== input);
  if (other) {
    throw new AutocircuitError(
      "bad-input",
      `${path}: has autoencoders of ${input} (${some[0]!.path}) and of ${placeOf(other).input} (${other.path}), which would both stand in the place of ` +
        `${replacedPart(input) === "attention" ? "heads" : "MLPs"}. Give the folders of one kind.`,
    );
  }
  const unlike = some.find((one) => placeOf(one).normWeights !== place.normWeights);
  if (unlike) {
    throw new AutocircuitError(
      "bad-input",
      `${path}: ${some[0]!.path} and ${unlike.path} were made for models whose norms are folded in one and not in the other: no model is both.`,
    );
  }
  const part = replacedPart(input);
  const blocks = Array.from({ length: layers }, (_, block) => some.filter((one) => replacedBlock(one) === block));
  const twice = blocks.find((ones) => ones.length > 1);
  if (twice)
    throw new AutocircuitError(
      "bad-input",
      `${path}: has two autoencoders of one place, ${twice.map((one) => `${one.hookIn} (${one.path})`).join(" and ")}. Leave one of them out.`,
    );
  const missing = blocks.flatMap((ones, block) => (ones.length === 0 ? [block] : []));
  if (missing.length > 0 && part !== "stream" && !partial) {
    throw new AutocircuitError(
      "bad-input",
      `${path}: has no autoencoder of block ${missing.join(", ")} for ${input}. Give one for each of the model's ${layers} blocks, or say \`partialAutoencoders: true\`: ` +
        `blocks without one then keep their ${part === "attention" ? "heads" : "MLP"}.`,
    );
  }
  return { ...place, blocks: blocks.map(([one]) => one ?? null) };
}

/** The block that an autoencoder stands in or behind. */
function replacedBlock(one: InBlock): number {
  const place = latentsPlace(one);
  if (place !== undefined) return place.block;
  const { path, hookIn } = one;
  throw new AutocircuitError(
    "bad-input",
    `${path}: reads ${hookIn}, which is what \`Resid Start\` writes: nothing is behind a block there. Take those of later blocks.`,
  );
}
