import { planAutoencoders } from "@autocircuit/circuits";
import { type AutoencoderSize, Graph, type GraphOptions, latentPlaces, withLatentPlaces } from "@autocircuit/core";
import type { ProcessingOptions } from "@autocircuit/models";
import type { TransformerConfig } from "@autocircuit/native";
import type { KeepingOptions } from "../support/kept-latents.ts";
import { scaleOf } from "../support/latent-options.ts";
import type { UsedDevice } from "../support/use-device.ts";
import { requireRoom } from "./require-memory.ts";

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
  readonly signal: AbortSignal;
}

/**
 * Looks at the autoencoders that were asked for: their settings, and the headers of their files.
 *
 * @returns undefined where none were asked for
 * @throws AutocircuitError for autoencoders of another model, or that are of no place that sources have; UsageError where they and the model have no room
 */
export async function plannedLatents(
  options: KeepingOptions,
  { config, folder, used, signal }: PlannedModel,
): Promise<PlannedLatents | undefined> {
  const { autoencoders: paths, keptBy, partialAutoencoders: partial, pruneLatents = false } = options;
  if (paths === undefined) return undefined;
  const { autoencoderErrors = keptBy?.latentErrors } = options;
  const how = { config, folder, partial, scale: scaleOf(options), signal };
  const { sizes: autoencoders, processing } = await planAutoencoders(paths, how);
  requireRoom({ config, autoencoders, used });
  const graph = (options: GraphOptions) =>
    Graph.of(withLatentPlaces(config, autoencoders, autoencoderErrors ?? true), options);
  return { autoencoders, pruned: pruneLatents || keptBy?.keptLatents !== undefined, processing, graph };
}

/** Autoencoders with as many latents as a model has of each. */
export function sizesIn(graph: Graph, planned: PlannedLatents | undefined): readonly AutoencoderSize[] | undefined {
  if (planned === undefined || graph.config.latents === undefined) return undefined;
  return latentPlaces(graph).flatMap((place) => {
    const size = planned.autoencoders.find(({ block, of }) => block === place.block && of === place.of);
    return size === undefined ? [] : [{ ...size, ...place }];
  });
}
