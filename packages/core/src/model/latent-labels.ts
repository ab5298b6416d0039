import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { patchableModel } from "../kinds.ts";
import { type LatentPlace, latentOwner, latentPlaces } from "./latents.ts";
import type { PatchableModel } from "./patchable-model.ts";

/** What latents stand for, by their names: `{ "MLP 2 Latent 17": "years" }`. */
export type LatentLabels = Readonly<Record<string, string>>;

/** Labels beside a model's graph. */
export interface LabelledLatents {
  /** Those of latents that are sources of the graph. */
  readonly labels: LatentLabels;
  /** Names of labelled latents that pruning left out of it. */
  readonly pruned: readonly string[];
  /** How many these are, in words; undefined where there are none. */
  readonly note: string | undefined;
}

/** Options of {@link labelledLatents}. */
export interface LabelledLatentsOptions {
  /**
   * How many latents the autoencoders have in their files, by what they are of: `{ "MLP 2": 24576 }`. Default: as many as the graph has; of one
   * that was pruned it is not known.
   */
  readonly sizes?: Readonly<Record<string, number>> | undefined;
}

const check = signature("labelledLatents", { model: patchableModel, labels: kind.record }, {
  sizes: kind.such(
    "numbers of latents by what they are of",
    (value) => kind.record.accepts(value) && Object.values(value as object).every(kind.count.accepts),
  ),
} satisfies KindsOf<LabelledLatentsOptions>);

/**
 * Looks which labels are of latents of a model's graph. A text of nothing but spaces is no label.
 *
 * @throws AutocircuitError `bad-input` for a model without autoencoders, or whose autoencoders have other latents at each position, so that a
 *   number is no latent, and for labels that are no texts; `unknown-name` for a name that is no latent's, or one of a latent that the
 *   autoencoder does not have. A latent that pruning left out is no error.
 * @example
 * const { labels, pruned } = labelledLatents(model, { "MLP 2 Latent 17": "years" });
 */
export function labelledLatents(
  model: PatchableModel,
  labels: LatentLabels,
  options: LabelledLatentsOptions = {},
): LabelledLatents {
  check({ model, labels }, options);
  requireOneOfEach(model);
  requireLatents(labels, sizesOf(model, options));
  const there = new Set(model.graph.sources.map(({ name }) => name));
  const found: Record<string, string> = {};
  const pruned: string[] = [];
  for (const [name, label] of Object.entries(labels)) {
    if (label.trim() === "") continue;
    if (there.has(name)) found[name] = label;
    else pruned.push(name);
  }
  return { labels: found, pruned, note: noteOf(pruned, Object.keys(found).length) };
}

const checkNames = signature("requireLabels", {
  labels: kind.record,
  places: kind.listOf(kind.having("{ block, of, count }", "block", "of", "count")),
});

/**
 * Holds that labels are of latents that autoencoders have, before anything of these is loaded but where they are and how many latents they have.
 *
 * @throws AutocircuitError as {@link labelledLatents}
 * @example
 * const { sizes } = await planAutoencoders("saes/mlp-out", { config: await readConfig("models/gpt2") });
 * requireLabels({ "MLP 2 Latent 7": "years" }, sizes);
 */
export function requireLabels(labels: LatentLabels, places: readonly LatentPlace[]): void {
  checkNames({ labels, places });
  requireLatents(labels, new Map(places.map((place) => [latentOwner(place), place.count])));
}

/** @param sizes how many latents there are of `MLP 2`; infinite where it is not known */
function requireLatents(labels: LatentLabels, sizes: ReadonlyMap<string, number>): void {
  for (const [name, label] of Object.entries(labels)) {
    if (typeof label !== "string") {
      throw new AutocircuitError("bad-input", `The label of "${name}" must be a text, not ${JSON.stringify(label)}.`);
    }
    const [, owner = "", latent] = /^(.+) Latent (0|[1-9]\d*)$/.exec(name) ?? [];
    const size = sizes.get(owner);
    if (size === undefined) throw noLatent(name, [...sizes.keys()]);
    if (Number(latent) < size) continue;
    throw new AutocircuitError(
      "unknown-name",
      `There is a label for "${name}", but the autoencoder of ${owner} has ${size} latents: ${owner} Latent 0 to ${owner} Latent ${size - 1}.`,
    );
  }
}

function noteOf(pruned: readonly string[], found: number): string | undefined {
  if (pruned.length === 0) return undefined;
  const rest = pruned.length - 6;
  const names = rest > 0 ? `${pruned.slice(0, 6).join(", ")} and ${rest} more` : pruned.join(", ");
  const all = pruned.length + found;
  return `${pruned.length} of ${all} label${all === 1 ? " is" : "s are"} of latents that pruning left out: ${names}.`;
}

function requireOneOfEach({ graph, transformer }: PatchableModel): void {
  latentPlaces(graph);
  if (!transformer.latents?.byPosition) return;
  throw new AutocircuitError(
    "bad-input",
    "Labels are of latents by their numbers, but the latents of this model were pruned for each position by itself, so that a number means another latent at each. Prune for all positions together (byPosition: false), or leave the labels out.",
  );
}

/** By `MLP 2`. */
function sizesOf({ graph }: PatchableModel, { sizes }: LabelledLatentsOptions): ReadonlyMap<string, number> {
  return new Map(
    latentPlaces(graph).map((place) => {
      const owner = latentOwner(place);
      const pruned = graph.config.keptLatents?.[place.of]?.[place.block];
      return [owner, sizes?.[owner] ?? (pruned ? Number.POSITIVE_INFINITY : place.count)];
    }),
  );
}

function noLatent(name: string, owners: readonly string[]): AutocircuitError {
  const list = owners.length > 6 ? `${owners.slice(0, 6).join(", ")}, ... ${owners.length} in all` : owners.join(", ");
  return new AutocircuitError(
    "unknown-name",
    `There is a label for "${name}", which is no latent of this model. Labels are of latents by their names, such as "${owners[0]} Latent 17"; there are autoencoders of ${list}.`,
  );
}
