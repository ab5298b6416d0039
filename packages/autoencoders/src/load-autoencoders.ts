import { type DType, type KindsOf, kind, signature } from "@autocircuit/base";
import { scope } from "@autocircuit/native";
import { Autoencoder } from "./autoencoder.ts";
import { CrossLayerTranscoder } from "./cross-layer-transcoder.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { FormatName } from "./formats/format.ts";
import { processedFor } from "./made-for.ts";
import { noNormalisation } from "./normalisations/normalisation.ts";
import {
  type AutoencodersRead,
  type InspectAutoencodersOptions,
  inspectKinds,
  pathsOrNames,
  readAutoencoders,
} from "./read-autoencoders.ts";

/** How autoencoders are loaded. */
export interface LoadAutoencodersOptions extends InspectAutoencodersOptions {
  /** The type to compute in, whatever the file stores: float32 (default) or float64. */
  readonly dtype?: "float32" | "float64" | undefined;
}

/** Autoencoders of one folder. */
export interface AutoencoderSet extends Disposable {
  readonly path: string;
  readonly format: FormatName;
  /** Those of single activations, in the order of their blocks; none where `crossLayer` is there. */
  readonly autoencoders: readonly Autoencoder[];
  /** Transcoders of all blocks whose latents write to later blocks as well. */
  readonly crossLayer: CrossLayerTranscoder | undefined;
}

const check = signature("loadAutoencoders", { pathOrNames: pathsOrNames }, {
  ...inspectKinds,
  dtype: kind.oneOf(["float32", "float64"]),
} satisfies KindsOf<LoadAutoencodersOptions>);

/**
 * Loads sparse autoencoders or transcoders of SAELens, sparsify, Gemma Scope, Llama Scope, circuit-tracer, dictionary_learning or OpenAI; the
 * format is told by the files. Nothing in a file is ever run. Weights are mapped where that is possible, and decoders stay on the disk
 * until rows of them are used.
 *
 * @param pathOrNames a folder in one of the formats, a folder of such folders (one for each block), or OpenAI's single file; or a repository
 *   on the hub with a path in it, `owner/name/path`, whose files are fetched. Several of these choose out of a collection, as do patterns: in the
 *   names of folders `*` stands for anything, and `~70` for the number that is nearest to 70 in each folder (`average_l0_~70`)
 * @throws AutocircuitError `not-found` when there are none; `bad-file` for what is wrong in them, with the file and the place,
 *   weights that are NaN or infinite included; `bad-input` when two would be of one block, and
 *   for an `autoencoderScale` that none of them takes
 * @example
 * using set = await loadAutoencoders("jbloom/GPT2-Small-SAEs-Reformatted/blocks.8.hook_resid_pre");
 * const latents = await set.autoencoders[0]!.encode(residual);
 */
export async function loadAutoencoders(
  pathOrNames: string | readonly string[],
  options: LoadAutoencodersOptions = {},
): Promise<AutoencoderSet> {
  check({ pathOrNames }, options);
  const { dtype = "float32", autoencoderScale: scale, reading = "stored", ...source } = options;
  const how = { dtype: dtype as DType, headersOnly: false, scale, reading };
  const { path, format, each, crossLayer } = await scope(async () => {
    const read = await readAutoencoders(pathOrNames, source, how);
    return withFingerprints(read);
  });
  const autoencoders = each.map((parts) => new Autoencoder(parts)).sort((a, b) => (a.block ?? -1) - (b.block ?? -1));
  const across = crossLayer && new CrossLayerTranscoder(crossLayer);
  return {
    path,
    format,
    autoencoders,
    crossLayer: across,
    [Symbol.dispose]: () => {
      for (const one of autoencoders) one.dispose();
      across?.dispose();
    },
  };
}

/** Autoencoders, each with what tells it from others. */
async function withFingerprints({ each, crossLayer, ...read }: AutoencodersRead): Promise<AutoencodersRead> {
  const told = each.map(async (parts) => {
    const { hookIn, hookOut, decoder, madeFor } = parts;
    const said = { hooks: [hookIn, hookOut], processing: processedFor(hookIn, madeFor) };
    return { ...parts, fingerprint: await fingerprintOf({ ...parts, ...said, decoders: [decoder] }) };
  });
  if (crossLayer === undefined) return { ...read, each: await Promise.all(told), crossLayer };
  const { hookIn, hookOut, madeFor } = crossLayer;
  const layers = crossLayer.layers.map(async (block, number) => {
    const hooks = [String(number), hookIn, hookOut];
    const processing = processedFor(`blocks.${number}.${hookIn}`, madeFor);
    const fingerprint = await fingerprintOf({ ...block, hooks, normalisation: noNormalisation, processing });
    return { ...block, fingerprint };
  });
  return { ...read, each: await Promise.all(told), crossLayer: { ...crossLayer, layers: await Promise.all(layers) } };
}
