import { type DType, type KindsOf, kind } from "@autocircuit/base";
import type { LatentIdentity } from "@autocircuit/core";

/** Which sparse autoencoders a model gets, and which of their latents are sources of its graph. */
export interface LatentOptions {
  /**
   * Sparse autoencoders, as `loadAutoencoders` takes them: a folder, several, a pattern, a name on the hub. Their latents are sources of the
   * graph in the places of MLPs, heads or the residual stream. For trained models; tasks of autoencoders need it.
   */
  readonly autoencoders?: string | readonly string[] | undefined;
  /** Factor of what they read, one or one for each block, where their files leave it to the caller; see `loadAutoencoders`. */
  readonly autoencoderScale?: number | readonly number[] | undefined;
  /** Blocks without an autoencoder keep their MLP, or their heads. Default false: every block must have one. */
  readonly partialAutoencoders?: boolean | undefined;
  /** Keep what autoencoders leave out as sources. Default: as `keepLatents` or the task has it, else true. */
  readonly autoencoderErrors?: boolean | undefined;
  /** Keep only latents that are active on the training prompts. Default: as the task has it, else false. */
  readonly pruneLatents?: boolean | undefined;
  /** Most latents that pruning keeps of each autoencoder, the strongest. Default: as the task has it, else all that are active. */
  readonly maxLatents?: number | undefined;
  /** Prune by corrupt prompts as well. Default: as the task has it, else false. */
  readonly pruneWithCorrupt?: boolean | undefined;
  /**
   * Keep exactly the latents that were kept before, in the place of pruning: a graph's configuration, as of saved scores, or `latents` of what
   * `discover --json` wrote. See core's `keepLatents`.
   */
  readonly keepLatents?: LatentIdentity | undefined;
}

/** What each of them may be. */
export const latentOptionKinds = {
  autoencoders: kind.either(kind.text, kind.listOf(kind.text)),
  autoencoderScale: kind.either(kind.positive, kind.listOf(kind.positive)),
  partialAutoencoders: kind.flag,
  autoencoderErrors: kind.flag,
  pruneLatents: kind.flag,
  maxLatents: kind.count,
  pruneWithCorrupt: kind.flag,
  keepLatents: kind.record,
} satisfies KindsOf<LatentOptions>;

/** Their names. */
export const latentOptionNames = Object.keys(latentOptionKinds) as readonly (keyof LatentOptions)[];

/** Those of some options that are about latents. */
export function latentOptions(options: LatentOptions): LatentOptions {
  const given = latentOptionNames.filter((name) => options[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, options[name]]));
}

/** How a model with latents is loaded. */
export interface LatentUse extends Omit<LatentOptions, "keepLatents"> {
  /** As {@link LatentOptions} has it, or, before it is read, the file that says so. */
  readonly keepLatents?: LatentIdentity | string | undefined;
  /** What it computes in. */
  readonly dtype?: DType | undefined;
}

/**
 * What is wrong with options about latents, before anything is read.
 *
 * @param prunes whether latents are pruned unless something else is said
 * @returns the problem and what to do, with options in backticks; undefined where all is well
 */
export function latentsProblem(use: LatentUse, prunes = false): string | undefined {
  const { autoencoders, pruneLatents = prunes, dtype = "float32" } = use;
  if (autoencoders === undefined) {
    const about = latentOptionNames.find((name) => use[name] !== undefined);
    return about && `\`${about}\` is about \`autoencoders\`: give a folder of them too.`;
  }
  if (dtype !== "float32" && dtype !== "float64")
    return `A model with \`autoencoders\` computes in float32 or float64, not in ${dtype}: leave \`dtype\` out, or the autoencoders.`;
  const prunedBy = (["pruneLatents", "maxLatents", "pruneWithCorrupt"] as const).find(
    (name) => use[name] !== undefined && use[name] !== false,
  );
  if (use.keepLatents !== undefined && prunedBy)
    return `\`keepLatents\` says which latents are kept, \`${prunedBy}\` that they are chosen anew: leave one of them out.`;
  const how = (["maxLatents", "pruneWithCorrupt"] as const).find((name) => use[name] !== undefined);
  if (how === undefined || pruneLatents) return undefined;
  return `\`${how}\` says how latents are pruned, and they are not: give \`pruneLatents\` too.`;
}
