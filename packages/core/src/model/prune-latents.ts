import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import {
  type Autoencoders,
  mapAutoencoders,
  type PlacedAutoencoder,
  placedAutoencoders,
  replacedPart,
  scope,
} from "@autocircuit/native";
import { longOptions, promptLoader } from "../kinds.ts";
import { overPrompts } from "../memory/over-prompts.ts";
import type { PromptBatch } from "../prompts/prompt-batch.ts";
import type { PromptLoader } from "../prompts/prompt-loader.ts";
import type { Tokens } from "../prompts/tokens.ts";
import { requireWholePrompts } from "../prompts/whole-prompts.ts";
import { latentOwner, latentPlaces } from "./latents.ts";
import { type LongOptions, throwIfAborted } from "./long-options.ts";
import { meanDivergence } from "./mean-divergence.ts";
import { PatchableModel } from "./patchable-model.ts";
import { someLatents } from "./some-latents.ts";

/** How latents are pruned. */
export interface PruneLatentsOptions extends LongOptions {
  /** Most latents kept of each autoencoder; default all that are active somewhere. */
  readonly maxLatents?: number | undefined;
  /** Look at corrupt prompts too. Default false. */
  readonly pruneWithCorrupt?: boolean | undefined;
  /** Keep latents for each position by itself, so that a number means another one at each; prompts then have one length. Default false. */
  readonly byPosition?: boolean | undefined;
  /** Without `maxLatents`, take the first autoencoder's number of active latents as the most of all, as AutoCircuit does. Default false. */
  readonly capByFirstBlock?: boolean | undefined;
}

/** What is left. */
export interface PrunedLatents {
  /** Their tensors are the caller's. */
  readonly autoencoders: Autoencoders;
  /** For each autoencoder (in the order of `latentPlaces`: for each block) the numbers of the latents that are kept, as graphs call them (those of the file, pruned again too), the strongest first; by position a list for each. */
  readonly kept: readonly (readonly number[] | readonly (readonly number[])[])[];
  /** For each how many latents were active; by position a list. */
  readonly activated: readonly (number | readonly number[])[];
  /** KL(unpruned || pruned) in nats, mean over prompts and their positions. */
  readonly prunedKl: number;
}

const check = signature(
  "pruneLatents",
  {
    model: kind.instance(PatchableModel, "a PatchableModel"),
    autoencoders: kind.having("{ input, errors, blocks }", "input", "blocks"),
    prompts: promptLoader,
  },
  {
    ...longOptions,
    maxLatents: kind.count,
    pruneWithCorrupt: kind.flag,
    byPosition: kind.flag,
    capByFirstBlock: kind.flag,
  } satisfies KindsOf<PruneLatentsOptions>,
);

/**
 * Keeps the latents whose activations add up to most over a data set, one autoencoder after the other.
 *
 * @param model without autoencoders
 * @returns new autoencoders, whose latents keep their numbers: `MLP 2 Latent 17` is the file's latent 17, wherever it stands now. By position
 *   one name would mean several, so there a latent is called by where it stands, and `graph.latentNumber` says which it is
 * @throws AutocircuitError `bad-input` without prompts, for prompts with a cached prefix, and by position for prompts of several lengths or
 *   autoencoders that have latents for each position already; `aborted`
 */
export async function pruneLatents(
  model: PatchableModel,
  autoencoders: Autoencoders,
  prompts: PromptLoader,
  options: PruneLatentsOptions = {},
): Promise<PrunedLatents> {
  check({ model, autoencoders, prompts }, options);
  const { byPosition = false, maxLatents, capByFirstBlock = false, signal } = options;
  if (prompts.promptCount === 0)
    throw new AutocircuitError("bad-input", "pruneLatents: there are no prompts to prune by.");
  requireWholePrompts("pruneLatents", prompts);
  if (byPosition && prompts.seqLen === null) {
    throw new AutocircuitError("bad-input", "pruneLatents: keeping latents by position needs prompts of one length.");
  }
  const placed = placedAutoencoders(autoencoders);
  if (placed.some(({ autoencoder }) => autoencoder.encode.shape.length === 3)) {
    throw new AutocircuitError(
      "bad-input",
      "pruneLatents: these autoencoders have latents for each position: they were pruned before.",
    );
  }
  using full = model.withAutoencoders(autoencoders);
  const totals = await latentTotals(full, prompts, options);
  const activated = totals.map((positions) => positions.map((row) => row.filter((total) => total > 0).length));
  let most = maxLatents ?? Number.POSITIVE_INFINITY;
  const places = latentPlaces(full.graph);
  const kept = totals.map((positions, number) => {
    const active = Math.max(...activated[number]!);
    if (active === 0) {
      throw new AutocircuitError(
        "bad-input",
        `pruneLatents: no latent of ${latentOwner(places[number]!)} is active on these prompts: nothing would be left. ${remedy(placed, number)}.`,
      );
    }
    if (number === 0 && capByFirstBlock) most = Math.min(most, active);
    return positions.map((row) => strongest(row, Math.min(most, active)));
  });
  const pruned = scope(() =>
    mapAutoencoders(autoencoders, (one, number) => someLatents(one, kept[number]!, byPosition)),
  );
  const numbers = kept.map((positions, number) => {
    const before = placed[number]!.autoencoder.latentNumbers as readonly number[] | undefined;
    return positions.map((rows) => rows.map((row) => before?.[row] ?? row));
  });
  using smaller = model.withAutoencoders(pruned);
  const prunedKl = await meanDivergence(full, smaller, prompts, {
    signal,
    sidesOf: (batch) => sidesOf(batch, options),
  });
  throwIfAborted(signal);
  return {
    autoencoders: pruned,
    kept: byPosition ? numbers : numbers.map(([ofAll]) => ofAll!),
    activated: byPosition ? activated : activated.map(([count]) => count!),
    prunedKl,
  };
}

/** What to do where an autoencoder is active nowhere. */
function remedy(placed: readonly PlacedAutoencoder[], number: number): string {
  const { block, input } = placed[number]!;
  // The blocks of a cross-layer transcoder belong together; the last has none to write to.
  const acrossLayers = placed.some(({ autoencoder }) => autoencoder.decodeLater?.length);
  if (acrossLayers) return "Prune by other prompts, or keep all latents";
  const owner = latentOwner({ block, of: replacedPart(input) });
  const staying = input === "resid_post" ? "" : " and say that not every block has one (`partialAutoencoders: true`)";
  return `Leave the autoencoder of ${owner} out${staying}, prune by other prompts, or keep all latents`;
}

/** Numbers of the largest, the largest first. */
function strongest(totals: readonly number[], count: number): number[] {
  return totals
    .map((total, latent) => ({ total, latent }))
    .sort((a, b) => b.total - a.total)
    .slice(0, count)
    .map(({ latent }) => latent);
}

/** Tokens that a pruning looks at. */
function sidesOf(batch: PromptBatch, { pruneWithCorrupt }: PruneLatentsOptions): readonly Tokens[] {
  return pruneWithCorrupt ? [batch.clean, batch.corrupt] : [batch.clean];
}

/** Sums of activations: for each autoencoder, for each position (or one for all), for each latent. */
async function latentTotals(
  model: PatchableModel,
  prompts: PromptLoader,
  options: PruneLatentsOptions,
): Promise<number[][][]> {
  const { signal, onProgress, byPosition } = options;
  let totals: number[][][] | undefined;
  for await (const { fold } of overPrompts(model, prompts, { signal, onProgress })) {
    const found = await fold(async (before: number[][][] | undefined, { slice, step }) => {
      let sums = before;
      for (const tokens of sidesOf(slice, options)) {
        const activations = await model.latents(tokens, signal && { signal });
        const ofTokens = activations.map(async (latents) => {
          const sum = byPosition ? latents.sum(0) : latents.sum([0, 1]).unsqueeze(0);
          return rowsOf(Array.from(await sum.to("float64").data(), Number), sum.shape[1]!);
        });
        sums = added(sums, await Promise.all(ofTokens));
      }
      step();
      return sums!;
    });
    totals = added(totals, found);
  }
  return totals!;
}

function rowsOf(values: readonly number[], width: number): number[][] {
  return Array.from({ length: values.length / width }, (_, row) => values.slice(row * width, (row + 1) * width));
}

function added(before: number[][][] | undefined, more: number[][][]): number[][][] {
  if (before === undefined) return more;
  return more.map((rows, block) =>
    rows.map((row, p) => row.map((value, latent) => value + before[block]![p]![latent]!)),
  );
}
