import { resolve, sep } from "node:path";
import { AutocircuitError, cannotRead, type KindsOf, kind } from "@autocircuit/base";
import { type DownloadProgress, type HubOptions, hubOptions, resolveHubFolder } from "@autocircuit/models";
import type { AutoencoderParts } from "./autoencoder-parts.ts";
import { chosenPaths } from "./chosen-paths.ts";
import type { CrossLayerSetParts } from "./cross-layer-transcoder.ts";
import { type FoundFormat, findFormats, isPartOfSome } from "./formats/find-formats.ts";
import { type FormatContext, type FormatName, isWanted, type Reading, readings } from "./formats/format.ts";
import { hookPlace } from "./hooks.ts";
import { requireOneOfEachPlace } from "./one-of-each-place.ts";
import { saySeveralModels } from "./trained-on.ts";

/** Sets of many blocks are read as they are on the disk; what is larger is fetched by parts. */
const MOST_FETCHED = 2 ** 36;

/** Which autoencoders are looked at, and how their files are found. */
export interface InspectAutoencodersOptions extends HubOptions {
  /** Only those that read from these blocks. */
  readonly blocks?: readonly number[] | undefined;
  /** Repository the files are from, as `google/gemma-scope-2b-pt-res`, where its name says what they are. */
  readonly repo?: string | undefined;
  /**
   * Factor of inputs, where files leave it to the caller (SAELens's `expected_average_only_in`) or say one for a data set (Llama Scope):
   * sqrt(d_in) by the mean length of the activations that these were trained on. A number, or one for each block, by its number.
   */
  readonly autoencoderScale?: number | readonly number[] | undefined;
  /** Which of several ways to read a file, see {@link Reading}; default `stored`. */
  readonly reading?: Reading | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/** What these may be. */
export const inspectKinds = {
  blocks: kind.listOf(kind.whole),
  repo: kind.text,
  ...hubOptions,
  autoencoderScale: kind.either(kind.positive, kind.listOf(kind.positive)),
  reading: kind.oneOf(readings),
  onProgress: kind.callback,
} satisfies KindsOf<InspectAutoencodersOptions>;

/** A path, a pattern or a name on the hub, or several. */
export const pathsOrNames = kind.either(kind.text, kind.listOf(kind.text));

/** What some folders hold. A plain object, so that `scope` hands its tensors on. */
export interface AutoencodersRead {
  readonly path: string;
  readonly format: FormatName;
  readonly each: readonly AutoencoderParts[];
  readonly crossLayer: CrossLayerSetParts | undefined;
}

/**
 * Finds the files of autoencoders and reads them, after their headers have told that they go together.
 *
 * @throws AutocircuitError as `loadAutoencoders`
 */
export async function readAutoencoders(
  pathOrNames: string | readonly string[],
  source: Omit<InspectAutoencodersOptions, "reading" | "autoencoderScale">,
  how: Omit<FormatContext, "repo" | "blocks">,
): Promise<AutoencodersRead> {
  const { blocks, repo, ...hub } = source;
  const context = { ...how, repo, blocks: blocks && new Set(blocks) };
  const paths: string[] = [];
  for (const path of [pathOrNames].flat().flatMap(chosenPaths)) {
    if (path.trim() === "") throw new AutocircuitError("bad-input", "Autoencoders: the path is empty. Give a folder.");
    paths.push(await resolveHubFolder(path, { ...hub, wants: isPartOfSome, mostBytes: MOST_FETCHED }));
  }
  const path = commonFolder(paths);
  const found = paths.flatMap(formatsAt);
  const [first] = found;
  if (first === undefined) throw new AutocircuitError("bad-input", "Autoencoders: the list of folders is empty.");
  const twice = found.find((one, place) => found.findIndex(({ path }) => resolve(path) === resolve(one.path)) < place);
  if (twice) throw new AutocircuitError("bad-input", `Autoencoders: ${twice.path} is given twice. Leave one out.`);
  const { format } = first;
  const other = found.find((one) => one.format.name !== format.name);
  if (other) {
    throw new AutocircuitError(
      "bad-input",
      `${path}: holds files of ${format.title} (${first.path}) and of ${other.format.title} (${other.path}). Give one of the folders.`,
    );
  }
  const given = { path, named: [pathOrNames].flat().length > 1 };
  if (found.length > 1 && !context.headersOnly) await readFound(found, given, { ...context, headersOnly: true });
  const read = { path, format: format.name, ...(await readFound(found, given, context)) };
  if (how.scale !== undefined) requireScaled(read);
  return read;
}

/** Holds that a factor which was given is not passed over. */
function requireScaled({ path, each }: AutoencodersRead): void {
  if (each.some(({ normalisation }) => normalisation.name === "scaled")) return;
  throw new AutocircuitError(
    "bad-input",
    `${path}: \`autoencoderScale\` is given, and these autoencoders take no factor: none of their files leaves one to the caller. Leave it out.`,
  );
}

function formatsAt(path: string): readonly FoundFormat[] {
  try {
    return findFormats(path);
  } catch (cause) {
    throw cannotRead((cause as NodeJS.ErrnoException).path ?? path, cause);
  }
}

async function readFound(
  found: readonly FoundFormat[],
  { path, named }: { readonly path: string; readonly named: boolean },
  context: FormatContext,
) {
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
  requireOneOfEachPlace(each, path, context.blocks, named);
  saySeveralModels(path, each);
  return { each, crossLayer: undefined };
}

/** What all paths have in common. */
function commonFolder(paths: readonly string[]): string {
  const [first = "", ...others] = paths;
  if (others.length === 0) return first;
  const parts = paths.map((path) => path.split(sep));
  const length = parts[0]!.findIndex((part, depth) => parts.some((other) => other[depth] !== part));
  return parts[0]!.slice(0, length < 0 ? undefined : length).join(sep) || (first.startsWith(sep) ? sep : ".");
}
