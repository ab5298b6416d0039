import { planAutoencoders } from "@autocircuit/circuits";
import {
  type AutoencoderSize,
  Graph,
  type GraphOptions,
  type LatentLabels,
  latentPositionsProblem,
  requireLabels,
  withLatentPlaces,
} from "@autocircuit/core";
import { type ProcessingOptions, requireLoadable } from "@autocircuit/models";
import type { TransformerConfig } from "@autocircuit/native";
import { type KeepingOptions, keptAs } from "../support/kept-latents.ts";
import { scaleOf } from "../support/latent-options.ts";
import { UsageError } from "../support/usage-error.ts";
import type { UsedDevice } from "../support/use-device.ts";

/** Autoencoders that a model is to have, before a weight of either is read. */
export interface PlannedLatents {
  readonly autoencoders: readonly AutoencoderSize[];
  /** Whether only those that are active on prompts will be left. */
  readonly pruned: boolean;
  /** How the model's weights are to be processed for them, unless the user says. */
  readonly processing: ProcessingOptions;
  /** The graph with all their latents. */
  graph(options: GraphOptions): Graph;
}

/** What a model is computed with. */
export interface PlannedModel {
  readonly config: TransformerConfig;
  readonly folder: string;
  readonly used: UsedDevice;
  /** Whether edges have positions; undefined where the task alone knows. */
  readonly byToken?: boolean;
  /** Whether they are of a task about autoencoders, see `loadEngineAutoencoders`. Default false. */
  readonly asAutocircuit?: boolean | undefined;
  /** How its weights are processed, where the user says so. */
  readonly processing?: ProcessingOptions | undefined;
  /** Labels of latents that these must have. */
  readonly labels?: LatentLabels | undefined;
  readonly signal: AbortSignal;
}

/**
 * Looks at the autoencoders that were asked for: their settings, and the headers of their files.
 *
 * @returns undefined where none were asked for
 * @throws AutocircuitError for autoencoders of another model or of one whose weights are processed otherwise, for those of no place that sources have,
 *   and for labels of latents that they do not have; UsageError where they and the model have no room
 */
export async function plannedLatents(
  options: KeepingOptions,
  { config, folder, used, byToken, asAutocircuit = false, processing: given, labels, signal }: PlannedModel,
): Promise<PlannedLatents | undefined> {
  const { autoencoders: paths, keptBy, partialAutoencoders, autoencoderErrors, pruneLatents = false } = options;
  if (paths === undefined) return undefined;
  requirePositions(options, byToken);
  const asked = { partialAutoencoders, autoencoderErrors, autoencoderScale: scaleOf(options), keepLatents: keptBy };
  const how = { config, folder, processing: given, ...asked, asAutocircuit, signal };
  const planned = await keptAs(keptBy, () => planAutoencoders(paths, how));
  const { sizes: autoencoders, processing } = planned;
  if (labels) requireLabels(labels, autoencoders);
  const { device, dtype } = used.how;
  // A graph of latents that have no room would have none either.
  requireLoadable(config, { autoencoders, device, dtype, free: used.freeBytes });
  const graph = (options: GraphOptions) =>
    Graph.of(withLatentPlaces(config, autoencoders, planned.autoencoderErrors), options);
  return { autoencoders, pruned: pruneLatents || keptBy?.keptLatents !== undefined, processing, graph };
}

/**
 * Holds that the latents of a file suit edges with positions, or without. Those that scores or a circuit were found with suit their edges; only
 * what names would not tell is refused there.
 */
function requirePositions({ keepLatents, keptBy }: KeepingOptions, byToken: boolean | undefined): void {
  if (keptBy === undefined || byToken === undefined) return;
  if (keepLatents === undefined && byToken) return;
  const problem = latentPositionsProblem(keptBy, byToken);
  if (problem !== undefined) throw new UsageError(`${keptBy.file}: ${problem}.`);
}
