import { signature } from "@autocircuit/base";
import { scope } from "@autocircuit/native";
import type { AutoencoderParts } from "./autoencoder-parts.ts";
import type { CrossLayerSetParts } from "./cross-layer-transcoder.ts";
import type { FormatName } from "./formats/format.ts";
import { hookPlace } from "./hooks.ts";
import type { MadeFor } from "./made-for.ts";
import { type InspectAutoencodersOptions, inspectKinds, pathsOrNames, readAutoencoders } from "./read-autoencoders.ts";

/** What the files of an autoencoder, or of one layer of a cross-layer transcoder, say of it. */
export interface AutoencoderFacts {
  readonly path: string;
  readonly hookIn: string;
  readonly hookOut: string;
  /** Block it reads from; undefined for the embedding and for hooks whose names are not known. */
  readonly block: number | undefined;
  readonly modelName: string | undefined;
  /** How the weights of that model were processed, as far as the files tell. */
  readonly madeFor: MadeFor | undefined;
  readonly dIn: number;
  readonly dOut: number;
  /** Number of latents. */
  readonly dSae: number;
  /** In the field's words: `relu`, `jumprelu`, `topk`, ... */
  readonly activation: string;
  /** Decoders: 1, or of a layer of a cross-layer transcoder one for each layer that it writes to. */
  readonly decoders: number;
}

/** Autoencoders of which nothing was read but what they are. */
export interface InspectedAutoencoders {
  readonly path: string;
  readonly format: FormatName;
  readonly autoencoders: readonly AutoencoderFacts[];
  /** Whether they are the layers of one cross-layer transcoder. */
  readonly crossLayer: boolean;
}

const check = signature("inspectAutoencoders", { pathOrNames: pathsOrNames }, inspectKinds);

/**
 * Says what autoencoders there are, in which places and how large, from settings and the headers of files: no weight is read.
 *
 * @param pathOrNames as `loadAutoencoders` takes it
 * @throws AutocircuitError as `loadAutoencoders`, but for what only weights tell
 * @example
 * const { format, autoencoders } = await inspectAutoencoders("saes/mlp-out");
 * console.log(format, autoencoders.map(({ hookIn, dSae }) => `${hookIn}: ${dSae} latents`));
 */
export async function inspectAutoencoders(
  pathOrNames: string | readonly string[],
  options: InspectAutoencodersOptions = {},
): Promise<InspectedAutoencoders> {
  check({ pathOrNames }, options);
  const how = { dtype: "float32", headersOnly: true, scale: undefined, reading: "stored" } as const;
  return scope(async () => {
    const { path, format, each, crossLayer } = await readAutoencoders(pathOrNames, options, how);
    const autoencoders = crossLayer ? layersOf(crossLayer) : each.map((parts) => factsOf(parts, 1));
    autoencoders.sort((a, b) => (a.block ?? -1) - (b.block ?? -1));
    return { path, format, autoencoders, crossLayer: crossLayer !== undefined };
  });
}

function layersOf({ path, hookIn, hookOut, modelName, madeFor, layers }: CrossLayerSetParts): AutoencoderFacts[] {
  return layers.map(({ encoder, decoders }, layer) => {
    const hooks = { hookIn: `blocks.${layer}.${hookIn}`, hookOut: `blocks.${layer}.${hookOut}` };
    return factsOf({ path, ...hooks, modelName, madeFor, encoder, decoder: decoders[0]! }, decoders.length);
  });
}

type Told = Pick<AutoencoderParts, "path" | "hookIn" | "hookOut" | "modelName" | "madeFor" | "encoder" | "decoder">;

function factsOf(
  { path, hookIn, hookOut, modelName, madeFor, encoder, decoder }: Told,
  decoders: number,
): AutoencoderFacts {
  const [dIn, dSae] = encoder.weight.shape as [number, number];
  const dOut = decoder.rows.shape[1]!;
  const { block } = hookPlace(hookIn);
  return {
    path,
    hookIn,
    hookOut,
    block,
    modelName,
    madeFor,
    dIn,
    dOut,
    dSae,
    activation: encoder.activation.name,
    decoders,
  };
}
