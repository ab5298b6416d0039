import { AutocircuitError, type DType, type KindsOf, kind, signature } from "@autocircuit/base";
import { type DownloadProgress, type HubOptions, hubOptions, resolveHubFolder } from "@autocircuit/models";
import { scope } from "@autocircuit/native";
import { Autoencoder, type AutoencoderParts } from "./autoencoder.ts";
import { type CrossLayerSetParts, CrossLayerTranscoder } from "./cross-layer-transcoder.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { type FoundFormat, findFormats, isPartOfSome } from "./formats/find-formats.ts";
import { type FormatContext, type FormatName, isWanted, type Reading, readings } from "./formats/format.ts";
import { hookPlace } from "./hooks.ts";
import { noNormalisation } from "./normalisations/normalisation.ts";

/** How autoencoders are loaded. */
export interface LoadAutoencodersOptions extends HubOptions {
  /** Only those that read from these blocks. */
  readonly blocks?: readonly number[] | undefined;
  /** The type to compute in, whatever the file stores: float32 (default) or float64. */
  readonly dtype?: "float32" | "float64" | undefined;
  /** Factor of inputs, where files leave it to the caller (SAELens's `expected_average_only_in`). */
  readonly scale?: number | undefined;
  /** Repository the files are from, as `google/gemma-scope-2b-pt-res`, where its name says what they are. */
  readonly repo?: string | undefined;
  /** Which of several ways to read a file, see {@link Reading}; default `stored`. */
  readonly reading?: Reading | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/** Autoencoders of one folder. */
export interface AutoencoderSet extends Disposable {
  readonly path: string;
  readonly format: FormatName;
  /** Those of single activations, in the order of their blocks; none where `crossLayer` is there. */
  readonly autoencoders: readonly Autoencoder[];
  /** Transcoders of all layers whose latents write to later layers as well. */
  readonly crossLayer: CrossLayerTranscoder | undefined;
}

/** Sets of many layers are read as they are on the disk; what is larger is fetched by parts. */
const MOST_FETCHED = 2 ** 36;

const check = signature("loadAutoencoders", { pathOrName: kind.text }, {
  blocks: kind.listOf(kind.whole),
  dtype: kind.oneOf(["float32", "float64"]),
  scale: kind.positive,
  repo: kind.text,
  reading: kind.oneOf(readings),
  ...hubOptions,
  onProgress: kind.callback,
} satisfies KindsOf<LoadAutoencodersOptions>);

/**
 * Loads sparse autoencoders or transcoders of SAELens, sparsify, Gemma Scope, Llama Scope, circuit-tracer, dictionary_learning or OpenAI; the
 * format is told by the files. Nothing in a file is ever run. Weights are mapped where that is possible, and decoders stay on the disk
 * until rows of them are used.
 *
 * @param pathOrName a folder in one of the formats, a folder of such folders (one for each block), or OpenAI's single file; or a repository
 *   on the hub with a path in it, `owner/name/path`, whose files are fetched
 * @throws AutocircuitError `not-found` when there are none; `bad-file` for what is wrong in them, with the file and the place;
 *   `not-finite` for weights that are NaN or infinite; `bad-input` when two would be of one block
 * @example
 * using set = await loadAutoencoders("jbloom/GPT2-Small-SAEs-Reformatted/blocks.8.hook_resid_pre");
 * const latents = await set.autoencoders[0]!.encode(residual);
 */
export async function loadAutoencoders(
  pathOrName: string,
  options: LoadAutoencodersOptions = {},
): Promise<AutoencoderSet> {
  check({ pathOrName }, options);
  const { dtype = "float32", scale, repo, reading = "stored", blocks, ...hub } = options;
  const path = await resolveHubFolder(pathOrName, { ...hub, wants: isPartOfSome, mostBytes: MOST_FETCHED });
  const context = { dtype: dtype as DType, scale, repo, reading, blocks: blocks && new Set(blocks) };
  const found = findFormats(path);
  const { format } = found[0]!;
  const other = found.find((one) => one.format.name !== format.name);
  if (other) {
    throw new AutocircuitError(
      "bad-input",
      `${path}: holds files of ${format.title} (${found[0]!.path}) and of ${other.format.title} (${other.path}). Give one of the folders.`,
    );
  }
  const { each, crossLayer } = await scope(async () => withFingerprints(await loadAll(found, path, context)));
  const autoencoders = each.map((parts) => new Autoencoder(parts)).sort((a, b) => (a.block ?? -1) - (b.block ?? -1));
  const across = crossLayer && new CrossLayerTranscoder(crossLayer);
  return {
    path,
    format: format.name,
    autoencoders,
    crossLayer: across,
    [Symbol.dispose]: () => {
      for (const one of autoencoders) one.dispose();
      across?.dispose();
    },
  };
}

/** What was loaded of all folders. */
interface LoadedParts {
  readonly each: readonly AutoencoderParts[];
  readonly crossLayer: CrossLayerSetParts | undefined;
}

/** The same, each with what tells it from others. */
async function withFingerprints({ each, crossLayer }: LoadedParts): Promise<LoadedParts> {
  const told = each.map(async (parts) => {
    const { hookIn, hookOut, decoder } = parts;
    return { ...parts, fingerprint: await fingerprintOf({ ...parts, hooks: [hookIn, hookOut], decoders: [decoder] }) };
  });
  if (crossLayer === undefined) return { each: await Promise.all(told), crossLayer };
  const { hookIn, hookOut } = crossLayer;
  const layers = crossLayer.layers.map(async (layer, number) => {
    const hooks = [String(number), hookIn, hookOut];
    return { ...layer, fingerprint: await fingerprintOf({ ...layer, hooks, normalisation: noNormalisation }) };
  });
  return { each: await Promise.all(told), crossLayer: { ...crossLayer, layers: await Promise.all(layers) } };
}

async function loadAll(found: readonly FoundFormat[], path: string, context: FormatContext): Promise<LoadedParts> {
  const each: AutoencoderParts[] = [];
  for (const { path: folder, format } of found) {
    const parts = await format.load(folder, context);
    if ("crossLayer" in parts) {
      if (found.length === 1) return { each: [], crossLayer: parts.crossLayer };
      throw new AutocircuitError(
        "bad-input",
        `${path}: holds several sets, a cross-layer transcoder among them (${folder}). Give one folder.`,
      );
    }
    each.push(...parts.each.filter(({ hookIn }) => isWanted(hookPlace(hookIn).block, context)));
  }
  checkBlocks(each, path, context);
  return { each, crossLayer: undefined };
}

/** One for each block, and one for each that was asked for. */
function checkBlocks(each: readonly AutoencoderParts[], path: string, { blocks }: FormatContext): void {
  const first = new Map<string, AutoencoderParts>();
  for (const parts of each) {
    const twin = first.get(parts.hookIn);
    if (twin) {
      throw new AutocircuitError(
        "bad-input",
        `${path}: ${twin.path} and ${parts.path} both read ${parts.hookIn}. Give the folder of one of them.`,
      );
    }
    first.set(parts.hookIn, parts);
  }
  const there = new Set(each.map(({ hookIn }) => hookPlace(hookIn).block));
  const missing = [...(blocks ?? [])].filter((block) => !there.has(block));
  if (missing.length > 0) {
    throw new AutocircuitError("not-found", `${path}: has no autoencoder of block ${missing.join(", ")}.`);
  }
}
