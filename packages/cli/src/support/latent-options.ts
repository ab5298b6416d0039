import type { Command } from "commander";
import { listOf, positiveNumber, wholeNumber } from "./parse-options.ts";

/** Options about sparse autoencoders, as commander gives them. */
export interface LatentCommandOptions {
  autoencoders?: string[];
  autoencoderScale?: number[];
  partialAutoencoders?: boolean;
  autoencoderErrors?: boolean;
  pruneLatents?: boolean;
  maxLatents?: number;
  pruneWithCorrupt?: boolean;
  keepLatents?: string;
}

/** What is said of where autoencoders come from. */
export const AUTOENCODERS_OPTION = "--autoencoders <folders|id...>";
export const AUTOENCODERS_ARE =
  'sparse autoencoders of MLPs or attention, or of the residual stream: a folder, several, a pattern ("layer_*/width_16k/average_l0_~70") or a name on the hub';
export const SCALE_OPTION = "--autoencoder-scale <list>";
export const SCALE_IS =
  "what activations are multiplied with, where files leave that to who loads them (SAELens's expected_average_only_in): one number, or one for each block";
export const PARTIAL_OPTION = "--partial-autoencoders";
export const PARTIAL_IS =
  "blocks without an autoencoder keep their MLP or their heads (default: every block must have one)";

/** The factor as the library takes it: one number is for all blocks. */
export function scaleOf({
  autoencoderScale,
}: Pick<LatentCommandOptions, "autoencoderScale">): number | number[] | undefined {
  return autoencoderScale?.length === 1 ? autoencoderScale[0] : autoencoderScale;
}

/**
 * Adds the options of {@link LatentCommandOptions}.
 *
 * @param found the option or argument with scores or circuits, whose latents are kept if nothing else is said
 */
export function addLatentOptions(command: Command, found?: string): Command {
  const byDefault = found === undefined ? "" : ` (default: ${found}, where it says which)`;
  return command
    .option(AUTOENCODERS_OPTION, `${AUTOENCODERS_ARE}; their latents are the graph's sources in the places of these`)
    .option(SCALE_OPTION, SCALE_IS, listOf(positiveNumber))
    .option(PARTIAL_OPTION, PARTIAL_IS)
    .option(
      "--autoencoder-errors",
      "keep what autoencoders leave out as sources (default but for tasks of autoencoders)",
    )
    .option("--no-autoencoder-errors", "drop what autoencoders leave out")
    .option(
      "--prune-latents",
      "keep only latents that are active on the prompts to discover with (default for tasks of autoencoders)",
    )
    .option("--no-prune-latents", "a task of autoencoders: keep all latents")
    .option("--max-latents <n>", "--prune-latents: the n strongest of each autoencoder at most", wholeNumber(1))
    .option("--prune-with-corrupt", "--prune-latents: count what is active on the corrupt prompts too")
    .option(
      "--keep-latents <file>",
      `keep the latents that something was found with, in the place of pruning: scores that discover saved, what its --json wrote, or a circuit file${byDefault}`,
    );
}
