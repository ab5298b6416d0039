import { inspectAutoencoders, latentsPlace } from "@autocircuit/autoencoders";
import {
  type LabelledLatents,
  type LatentLabels,
  labelledLatents,
  latentOwner,
  type PatchableModel,
} from "@autocircuit/core";
import { readJson } from "./read-json.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Reads a file of labels.
 *
 * @throws UsageError for a file that cannot be read, or holds something else
 */
export function readLatentLabels(file: string): LatentLabels {
  const labels = readJson(file);
  const fits =
    typeof labels === "object" &&
    labels !== null &&
    !Array.isArray(labels) &&
    Object.values(labels).every((text) => typeof text === "string");
  if (fits) return labels as LatentLabels;
  throw new UsageError(`--labels ${file} must be an object of texts: {"MLP 2 Latent 17": "years", ...}.`);
}

/**
 * The labels that a model's graph has latents of. What pruning left out of it is looked up in the files of the autoencoders.
 *
 * @throws AutocircuitError `unknown-name` for what is no latent of these autoencoders
 */
export async function labelsOfModel(
  model: PatchableModel,
  labels: LatentLabels,
  autoencoders: string | readonly string[],
  signal: AbortSignal,
): Promise<LabelledLatents> {
  const sources = new Set(model.graph.sources.map(({ name }) => name));
  if (Object.keys(labels).every((name) => sources.has(name))) return labelledLatents(model, labels);
  return labelledLatents(model, labels, { sizes: await autoencoderSizes(autoencoders, signal) });
}

/** How many latents the autoencoders of a folder have, by what they are of. */
async function autoencoderSizes(
  folder: string | readonly string[],
  signal: AbortSignal,
): Promise<Readonly<Record<string, number>>> {
  const { autoencoders } = await inspectAutoencoders(folder, { signal });
  return Object.fromEntries(
    autoencoders.flatMap((one) => {
      const place = latentsPlace(one);
      return place === undefined ? [] : [[latentOwner(place), one.dSae]];
    }),
  );
}
