import { AutocircuitError } from "@autocircuit/base";
import { latentsIn } from "@autocircuit/circuits";
import { type LatentIdentity, latentIdentity, PruneScores } from "@autocircuit/core";
import { inFlagNames } from "./in-flags.ts";
import type { LatentCommandOptions } from "./latent-options.ts";
import { readJson } from "./read-json.ts";
import { UsageError } from "./usage-error.ts";

/** The latents that something was found with, and the file that says so. */
export interface LatentsOfFile extends LatentIdentity {
  readonly file: string;
}

/** A file of scores or edges, and what it says of latents, see {@link latentsOf}. */
export interface FoundWith {
  readonly file: string;
  readonly latents: LatentIdentity | null | undefined;
}

/** Options about autoencoders with what a file says of which latents are kept. */
export interface KeepingOptions extends LatentCommandOptions {
  /** Undefined where no file says so, or latents are chosen anew. */
  keptBy?: LatentsOfFile | undefined;
}

/**
 * What a file says of latents, scores, what `discover --json` wrote, or a circuit file: null for a model without autoencoders, undefined where it
 * says nothing.
 *
 * @throws UsageError or AutocircuitError for a file that cannot be read
 */
export async function latentsOf(file: string): Promise<LatentIdentity | null | undefined> {
  if (file.endsWith(".safetensors")) return latentIdentity((await PruneScores.load(file)).graph);
  return file.endsWith(".json") ? latentsIn(readJson(file), file) : undefined;
}

/**
 * Decides which latents are kept by their numbers in a file: those of `--keep-latents`; else, where nothing is said of pruning, those that the
 * scores or circuits were found with which the command is given, so that their names mean here what they meant there.
 *
 * @param files scores and circuits that the command is given; the first counts that says of which latents it is
 * @throws UsageError where the file of `--keep-latents` does not say which
 */
export async function withKeptLatents<Options extends LatentCommandOptions>(
  options: Options,
  files: readonly FoundWith[],
): Promise<Options & KeepingOptions> {
  const { autoencoders, keepLatents: file, pruneLatents, maxLatents, pruneWithCorrupt } = options;
  if (autoencoders === undefined) return options;
  if (file !== undefined) return { ...options, keptBy: { ...(await keptIn(file)), file } };
  const chosen = [pruneLatents, maxLatents, pruneWithCorrupt].some((option) => option !== undefined);
  const found = chosen ? undefined : files.find(({ latents }) => latents);
  return found ? { ...options, keptBy: { ...found.latents!, file: found.file } } : options;
}

/** Does what keeps latents as a file says. @throws UsageError naming the file, where the autoencoders do not have them */
export async function keptAs<T>(keptBy: LatentsOfFile | undefined, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const unkept = cause instanceof AutocircuitError && cause.reason === "latents-not-kept";
    if (keptBy === undefined || !unkept) throw cause;
    throw new UsageError(`${keptBy.file}: ${inFlagNames(cause.message.replace(/^keepLatents: /, ""))}`, { cause });
  }
}

/** A note of the library with the file's name in the place of the option. */
export function notedAs(keptBy: LatentsOfFile | undefined, note: string): string {
  return keptBy === undefined ? note : note.replaceAll("`keepLatents`", () => keptBy.file);
}

async function keptIn(file: string): Promise<LatentIdentity> {
  const latents = await latentsOf(file);
  if (latents) return latents;
  const says = latents === null ? "is of a model without autoencoders" : "does not say which latents were kept";
  throw new UsageError(
    `--keep-latents ${file}: ${says}. Give scores that discover saved with --autoencoders, what its --json wrote, or a circuit file.`,
  );
}
