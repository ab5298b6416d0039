import { AutocircuitError, counted, kind, signature } from "@autocircuit/base";
import { type LatentNumbers, type ReplacedPart, replacedParts } from "@autocircuit/native";
import type { KeptLatents } from "../graph/kept-latents.ts";
import type { LatentIdentity } from "../graph/same-graph.ts";
import { type LatentPlace, latentOwner } from "./latents.ts";

/** An autoencoder some of whose latents are to be kept. */
export interface KeepablePlace extends LatentPlace {
  /** What its latents are called; default by where they stand, from 0. */
  readonly latentNumbers?: LatentNumbers | undefined;
}

const check = signature("requireKeepable", {
  latents: kind.record,
  places: kind.listOf(kind.having("{ block, of, count }", "block", "of", "count")),
  layers: kind.count,
});

/**
 * Holds that latents can be kept by their numbers, before anything of autoencoders is loaded but where they are and how many latents they have.
 *
 * @param layers the model's blocks
 * @throws AutocircuitError `bad-input` for what says nothing of latents, for those of more or fewer blocks, for a number that an autoencoder does not
 *   have, has twice or that is none, and for a block without an autoencoder
 * @example
 * requireKeepable({ keptLatents: { mlp: [[5, 17], null] } }, [{ block: 0, of: "mlp", count: 64 }], 2);
 */
export function requireKeepable(latents: LatentIdentity, places: readonly KeepablePlace[], layers: number): void {
  check({ latents, places, layers });
  const { keptLatents: kept, latentErrors, autoencoders } = latents;
  if (kept === undefined && latentErrors === undefined && autoencoders === undefined)
    throw refuseKeeping(
      "`latents` has neither `latentErrors`, `autoencoders` nor `keptLatents`, so it is of no model with autoencoders. " +
        "Give the configuration of the graph that something was found in, or `latents` of a discovery as JSON",
    );
  if (latentErrors !== undefined && typeof latentErrors !== "boolean")
    throw refuseKeeping("`latentErrors` must be true or false");
  if (autoencoders !== undefined && typeof autoencoders !== "string")
    throw refuseKeeping("`autoencoders` must be the text by which they are told from others");
  if (kept === undefined) return;
  if (kept === null || typeof kept !== "object")
    throw refuseKeeping("`keptLatents` must be an object with lists of numbers");
  for (const [part, blocks] of Object.entries(kept)) {
    if (!replacedParts.includes(part as ReplacedPart))
      throw refuseKeeping(`\`keptLatents\` has \`${part}\`; latents are of ${replacedParts.join(", ")}`);
    requireBlocks(part as ReplacedPart, blocks, places, layers);
  }
}

/** The error for latents that cannot be kept. */
export function refuseKeeping(what: string): AutocircuitError {
  return new AutocircuitError("bad-input", `keepLatents: ${what}.`, { reason: "latents-not-kept" });
}

function requireBlocks(
  of: ReplacedPart,
  blocks: KeptLatents[ReplacedPart],
  places: readonly KeepablePlace[],
  layers: number,
): void {
  if (!Array.isArray(blocks))
    throw refuseKeeping(`\`keptLatents.${of}\` must be a list with numbers or null for each block`);
  if (blocks.length !== layers)
    throw refuseKeeping(
      `\`keptLatents.${of}\` is of ${counted(blocks.length, "block")}, and there are ${layers}: each has its list of numbers, or null where all are kept`,
    );
  for (const [block, numbers] of blocks.entries()) {
    if (numbers === null) continue;
    const place = places.find((one) => one.block === block && one.of === of);
    if (place === undefined)
      throw refuseKeeping(
        `latents of ${latentOwner({ block, of })} are to be kept, and these autoencoders have none of it`,
      );
    requireNumbers(numbers, place);
  }
}

function requireNumbers(numbers: LatentNumbers, place: KeepablePlace): void {
  const { count, latentNumbers } = place;
  const owner = latentOwner(place);
  if (!Array.isArray(numbers) || numbers.length === 0) throw refuseKeeping(`of ${owner} nothing would be left`);
  const lists = (Array.isArray(numbers[0]) ? numbers : [numbers]) as readonly (readonly number[])[];
  const known = new Set(latentNumbers as readonly number[] | undefined);
  const has = (number: number) =>
    Number.isSafeInteger(number) && (latentNumbers ? known.has(number) : number >= 0 && number < count);
  for (const list of lists) {
    if (!Array.isArray(list) || list.length !== lists[0]!.length || list.length === 0)
      throw refuseKeeping(`of ${owner} each position must keep as many latents`);
    if (new Set(list).size < list.length) throw refuseKeeping(`of ${owner} a latent is to be kept twice`);
    const missing = list.find((number) => !has(number));
    if (missing === undefined) continue;
    const there = latentNumbers ? `its ${count} latents have other numbers` : `its latents are 0 to ${count - 1}`;
    throw refuseKeeping(`the autoencoder of ${owner} has no latent ${JSON.stringify(missing)}: ${there}`);
  }
}
