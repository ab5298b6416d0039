import { counted } from "@autocircuit/base";
import { latentPlaces, type PatchableModel } from "@autocircuit/core";
import type { ProcessingOptions } from "@autocircuit/models";
import type { AutoencodersOfPlace } from "@autocircuit/native";
import type { PlannedLatents } from "../discover/planned-latents.ts";
import type { LeftLatents } from "../discover/pruned-latents.ts";
import { formatNumber } from "./table.ts";

const kinds: Readonly<Record<AutoencodersOfPlace["input"], string>> = {
  mlp_out: "sparse autoencoders of MLP outputs",
  mlp_post: "sparse autoencoders of MLP neurons",
  mlp_in: "transcoders",
  mlp_resid: "transcoders of the stream before the MLP",
  attn_out: "sparse autoencoders of attention outputs",
  z: "sparse autoencoders of head outputs (z)",
  resid_post: "sparse autoencoders of the residual stream",
};

/**
 * How many latents a model's graph has, in a line; none for one without.
 *
 * @param replacedKl KL(the model || with autoencoders) in nats, where what they leave out is dropped
 */
export function latentsNote(
  { graph, transformer: { latents } }: PatchableModel,
  replacedKl: number | null = null,
): readonly string[] {
  if (latents === undefined) return [];
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
  return [
    `${latents.crossLayers ? "cross-layer " : ""}${latents.inputs.map((input) => kinds[input]).join(" and ")}: ${all.toLocaleString("en-US")} latents are sources (${lists.join("; ")}), ` +
      `${graph.edgeCount.toLocaleString("en-US")} edges; ${errors}`,
  ];
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

const unprocessed: Readonly<Partial<Record<keyof ProcessingOptions, string>>> = {
  centerWritingWeights: "writing weights are not centred",
  foldValueBiases: "value biases stay with the values",
  foldLn: "norms keep their weights",
};

/** How weights are processed for the sake of autoencoders, in a line; none where that is the loader's choice or the user's. */
export function processingNote(
  { processing }: { readonly processing?: readonly string[] },
  planned: PlannedLatents | undefined,
): readonly string[] {
  if (processing !== undefined || planned === undefined) return [];
  const left = Object.entries(planned.processing).flatMap(([step, on]) =>
    on ? [] : [unprocessed[step as keyof ProcessingOptions]!],
  );
  return left.length === 0 ? [] : [`${left.join(", ")}: the autoencoders were made for a model like that`];
}

/** What pruning latents did, or which file said what to keep, in a line; none where nothing was pruned. */
export function prunedLatentsNote(prunedLatents: LeftLatents | null): readonly string[] {
  if (prunedLatents === null) return [];
  const { kept, activated, prunedKl, prompts, from } = prunedLatents;
  const counts = (some: readonly (number | readonly number[])[]) => {
    const texts = some.map((one) => (typeof one === "number" ? String(one) : span(one)));
    const same = sameOfMany(texts);
    return same === undefined ? texts.join(", ") : `${same} of each of ${some.length} autoencoders`;
  };
  if (from !== undefined) return [`latents kept as ${from} says: ${counts(kept)}; nothing was pruned anew`];
  return [
    `latents pruned by ${counted(prompts!, "prompt")}: ${activated ? `${counts(activated)} active, ` : ""}${counts(kept)} kept; ` +
      `KL(unpruned || pruned) ${formatNumber(prunedKl!)} nats at a position`,
  ];
}

/** Counts at the positions of a place: one for all, or the least and the most. */
function span(counts: readonly number[]): string {
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? `${least}` : `${least} to ${most}`;
}
