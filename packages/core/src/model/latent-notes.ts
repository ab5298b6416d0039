import { counted, formatNumber, type KindsOf, kind, signature } from "@autocircuit/base";
import type { Autoencoders } from "@autocircuit/native";
import type { LatentIdentity } from "../graph/same-graph.ts";
import { patchableModel } from "../kinds.ts";
import { latentPlaces } from "./latents.ts";
import type { PatchableModel } from "./patchable-model.ts";
import type { PrunedLatents } from "./prune-latents.ts";

/** What making a model's latents did, see {@link latentNotes}. */
export interface LatentNotesOptions {
  /** How latents were pruned. Default: they were not. */
  readonly prunedLatents?: Omit<PrunedLatents, "autoencoders"> | null | undefined;
  /** Prompts that they were pruned by. */
  readonly promptCount?: number | undefined;
  /** KL(the model || with autoencoders) in nats, where what they leave out is dropped. */
  readonly replacedKl?: number | null | undefined;
  /** The latents that were kept by their numbers, in the place of pruning. */
  readonly keepLatents?: LatentIdentity | undefined;
}

const check = signature("latentNotes", { model: patchableModel }, {
  prunedLatents: kind.orNull(kind.having("{ kept, activated, prunedKl }", "kept", "activated", "prunedKl")),
  promptCount: kind.whole,
  replacedKl: kind.orNull(kind.numeric),
  keepLatents: kind.record,
} satisfies KindsOf<LatentNotesOptions>);

/**
 * What is to be said of a model's latents, a line each: how many its graph has and what becomes of what autoencoders leave out, how they were pruned, and
 * what that cost. None for a model without latents.
 *
 * @example
 * const { model, replacedKl } = task;
 * for (const note of latentNotes(model, { replacedKl })) console.log(note);
 */
export function latentNotes(model: PatchableModel, options: LatentNotesOptions = {}): string[] {
  check({ model }, options);
  const { prunedLatents = null, promptCount = 0, replacedKl = null, keepLatents } = options;
  if (model.transformer.latents === undefined) return [];
  return [
    countsNote(model, model.transformer.latents, replacedKl),
    ...(prunedLatents ? [prunedNote(prunedLatents, promptCount)] : []),
    ...(keepLatents?.keptLatents === undefined ? [] : [keptNote(model)]),
  ];
}

const kinds: Readonly<Record<Autoencoders["input"], string>> = {
  mlp_out: "sparse autoencoders of MLP outputs",
  mlp_post: "sparse autoencoders of MLP neurons",
  mlp_in: "transcoders",
  mlp_resid: "transcoders of the stream before the MLP",
  attn_out: "sparse autoencoders of attention outputs",
  z: "sparse autoencoders of head outputs (z)",
  resid_post: "sparse autoencoders of the residual stream",
};

function countsNote(
  { graph }: PatchableModel,
  latents: NonNullable<PatchableModel["transformer"]["latents"]>,
  replacedKl: number | null,
): string {
  const all = latentPlaces(graph).reduce((sum, { count }) => sum + count, 0);
  const counts = [
    { of: "MLPs", byBlock: latents.mlp },
    { of: "attention", byBlock: latents.attention },
    { of: "the stream", byBlock: latents.stream },
  ].filter(({ byBlock }) => byBlock !== undefined);
  const lists = counts.map(({ of, byBlock }) => `${blocksText(byBlock!)}${counts.length > 1 ? ` of ${of}` : ""}`);
  const errors = latents.errors
    ? "what they leave out is a source of its own"
    : `what they leave out is dropped, so that "the model" is here what they make of it${replacedKl === null ? "" : `: KL(original || this) ${formatNumber(replacedKl)} nats at a position`}`;
  return (
    `${latents.crossLayers ? "cross-layer " : ""}${latents.inputs.map((input) => kinds[input]).join(" and ")}: ${all.toLocaleString("en-US")} latents are sources (${lists.join("; ")}), ` +
    `${graph.edgeCount.toLocaleString("en-US")} edges; ${errors}`
  );
}

function prunedNote({ kept, activated, prunedKl }: Omit<PrunedLatents, "autoencoders">, promptCount: number): string {
  const counts = kept.map((latents) => {
    const lists = latents.filter((entry) => typeof entry !== "number");
    return lists.length > 0 ? lists.map(({ length }) => length) : latents.length;
  });
  return (
    `latents pruned by ${counted(promptCount, "prompt")}: ${countsText(activated)} active, ${countsText(counts)} kept; ` +
    `KL(unpruned || pruned) ${formatNumber(prunedKl)} nats at a position`
  );
}

function keptNote({ graph }: PatchableModel): string {
  const counts = latentPlaces(graph).map(({ count }) => count);
  return `latents kept as \`keepLatents\` says: ${countsText(counts)}; nothing was pruned anew`;
}

/** Numbers that are listed though they are all the same. */
const LISTED = 4;

/** The one number where there are many and all are the same. */
function sameOfMany(texts: readonly string[]): string | undefined {
  return texts.length > LISTED && new Set(texts).size === 1 ? texts[0] : undefined;
}

function blocksText(counts: readonly number[]): string {
  const texts = counts.map((count) => count.toLocaleString("en-US"));
  const same = sameOfMany(texts);
  return same === undefined ? `${counts.join(", ")} by block` : `${same} in each of ${counts.length} blocks`;
}

/** How many of each autoencoder. */
function countsText(some: readonly (number | readonly number[])[]): string {
  const texts = some.map((one) => (typeof one === "number" ? String(one) : span(one)));
  const same = sameOfMany(texts);
  return same === undefined ? texts.join(", ") : `${same} of each of ${some.length} autoencoders`;
}

/** Counts at the positions of a place: one for all, or the least and the most. */
function span(counts: readonly number[]): string {
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? `${least}` : `${least} to ${most}`;
}
