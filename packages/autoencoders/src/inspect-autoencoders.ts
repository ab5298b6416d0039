import { signature } from "@autocircuit/base";
import { scope } from "@autocircuit/native";
import { AutoencoderFacts } from "./autoencoder-facts.ts";
import type { CrossLayerSetParts } from "./cross-layer-transcoder.ts";
import type { FormatName } from "./formats/format.ts";
import { noNormalisation } from "./normalisations/normalisation.ts";
import { type InspectAutoencodersOptions, inspectKinds, pathsOrNames, readAutoencoders } from "./read-autoencoders.ts";

/** Autoencoders of which nothing was read but what they are. */
export interface InspectedAutoencoders {
  readonly path: string;
  readonly format: FormatName;
  readonly autoencoders: readonly AutoencoderFacts[];
  /** Whether they are the blocks of one cross-layer transcoder. */
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
  const { reading = "stored", autoencoderScale: scale, ...source } = options;
  const how = { dtype: "float32", headersOnly: true, scale, reading } as const;
  return scope(async () => {
    const { path, format, each, crossLayer } = await readAutoencoders(pathOrNames, source, how);
    const autoencoders = crossLayer ? layersOf(crossLayer) : each.map((parts) => new AutoencoderFacts(parts));
    autoencoders.sort((a, b) => (a.block ?? -1) - (b.block ?? -1));
    return { path, format, autoencoders, crossLayer: crossLayer !== undefined };
  });
}

function layersOf({ path, hookIn, hookOut, modelName, madeFor, layers }: CrossLayerSetParts): AutoencoderFacts[] {
  return layers.map(({ encoder, decoders, skip }, block) => {
    const hooks = { hookIn: `blocks.${block}.${hookIn}`, hookOut: `blocks.${block}.${hookOut}` };
    return new AutoencoderFacts(
      { path, ...hooks, modelName, madeFor, encoder, decoder: decoders[0]!, skip, normalisation: noNormalisation },
      decoders.length,
    );
  });
}
