import { AutocircuitError, counted, kind, signature } from "@autocircuit/base";
import {
  type Autoencoders,
  type BlockAutoencoder,
  fingerprintOfAll,
  type LatentNumbers,
  mapAutoencoders,
  type PlacedAutoencoder,
  placedAutoencoders,
  type ReplacedPart,
  replacedPart,
  replacedParts,
  scope,
} from "@autocircuit/native";
import type { KeptLatents } from "../graph/kept-latents.ts";
import { type LatentIdentity, otherAutoencoders } from "../graph/same-graph.ts";
import { latentOwner } from "./latents.ts";
import { someLatents } from "./some-latents.ts";

const check = signature("keepLatents", {
  autoencoders: kind.having("{ input, errors, blocks }", "input", "blocks"),
  latents: kind.record,
});

/**
 * Keeps the latents that were kept before, by their numbers: those of a graph, whose scores or circuit are to be used again. No prompt is
 * looked at.
 *
 * @param autoencoders all of them, as they were loaded; or pruned, where what is kept is still there
 * @param latents a graph's configuration, as of saved scores, or `latents` of what `discover --json` wrote. Its `keptLatents` has for each block
 *   the numbers, by position a list for each, or null to keep all of them; without it all are kept everywhere
 * @returns new autoencoders with their latents in the order of these numbers; the tensors are the caller's
 * @throws AutocircuitError `bad-input` for what says nothing of latents, for latents of other autoencoders or of more or fewer blocks, for a
 *   number that an autoencoder does not have, has twice or that is none, for a block without an autoencoder, and for autoencoders that have
 *   latents for each position already
 * @example
 * const { graph } = await PruneScores.load("scores.safetensors");
 * const kept = keepLatents(engineAutoencoders(set, model.config, { errors: graph.config.latentErrors }), graph.config);
 * using same = model.withAutoencoders(kept); // same.graph.equals(graph)
 */
export function keepLatents(autoencoders: Autoencoders, latents: LatentIdentity): Autoencoders {
  check({ autoencoders, latents });
  const { keptLatents, latentErrors, autoencoders: found } = latents;
  if (keptLatents === undefined && latentErrors === undefined && found === undefined)
    throw refuse(
      "`latents` has neither `latentErrors`, `autoencoders` nor `keptLatents`, so it is of no model with autoencoders. " +
        "Give the configuration of the graph that something was found in, or `latents` of what discover --json wrote",
    );
  const placed = placedAutoencoders(autoencoders);
  const own = fingerprintOfAll(placed);
  if (found !== undefined && found !== own)
    throw refuse(`what is to be kept is of others: ${otherAutoencoders(found, own)}`);
  if (keptLatents !== undefined) requirePlaces(keptLatents, placed, autoencoders.blocks.length);
  return scope(() =>
    mapAutoencoders(autoencoders, (one, number) => {
      const place = placed[number]!;
      const numbers = keptLatents?.[replacedPart(place.input)]?.[place.block] ?? null;
      return numbers === null ? shared(one) : withNumbers(place, numbers);
    }),
  );
}

function refuse(what: string): AutocircuitError {
  return new AutocircuitError("bad-input", `keepLatents: ${what}.`);
}

/** Holds that what is kept is of autoencoders that there are. */
function requirePlaces(kept: KeptLatents, placed: readonly PlacedAutoencoder[], count: number): void {
  if (kept === null || typeof kept !== "object") throw refuse("`keptLatents` must be an object with lists of numbers");
  for (const [part, blocks] of Object.entries(kept)) {
    if (!replacedParts.includes(part as ReplacedPart))
      throw refuse(`\`keptLatents\` has \`${part}\`; latents are of ${replacedParts.join(", ")}`);
    if (!Array.isArray(blocks))
      throw refuse(`\`keptLatents.${part}\` must be a list with numbers or null for each block`);
    if (blocks.length !== count)
      throw refuse(
        `\`keptLatents.${part}\` is of ${counted(blocks.length, "block")}, and there are ${count}: each has its list of numbers, or null where all are kept`,
      );
    for (const [block, numbers] of blocks.entries()) {
      const of = part as ReplacedPart;
      const there = placed.some((one) => one.block === block && replacedPart(one.input) === of);
      if (numbers === null || there) continue;
      throw refuse(`latents of ${latentOwner({ block, of })} are to be kept, and these autoencoders have none of it`);
    }
  }
}

/** The same tensors under handles of their own. */
function shared(one: BlockAutoencoder): BlockAutoencoder {
  const again = <T extends BlockAutoencoder["encode"]>(tensor: T) => tensor.slice(0, 0, tensor.shape[0]!);
  const { encode, bias, decode, decodeLater, outBias, threshold } = one;
  return {
    ...one,
    ...{ encode: again(encode), bias: again(bias), decode: again(decode), outBias: again(outBias) },
    ...(decodeLater && { decodeLater: decodeLater.map(again) }),
    ...(threshold && { threshold: again(threshold) }),
  };
}

function withNumbers(place: PlacedAutoencoder, numbers: LatentNumbers): BlockAutoencoder {
  const { block, input, autoencoder } = place;
  const { encode, latentNumbers } = autoencoder;
  const owner = latentOwner({ block, of: replacedPart(input) });
  if (encode.shape.length === 3)
    throw refuse(`the autoencoder of ${owner} has latents for each position: it was pruned before`);
  if (!Array.isArray(numbers) || numbers.length === 0) throw refuse(`of ${owner} nothing would be left`);
  const byPosition = Array.isArray(numbers[0]);
  const lists = (byPosition ? numbers : [numbers]) as readonly (readonly number[])[];
  const rows = new Map((latentNumbers as readonly number[] | undefined)?.map((number, row) => [number, row]));
  const count = encode.shape[0]!;
  const rowOf = (number: number) => (latentNumbers ? rows.get(number) : number);
  const kept = lists.map((list) => {
    if (!Array.isArray(list) || list.length !== lists[0]!.length || list.length === 0)
      throw refuse(`of ${owner} each position must keep as many latents`);
    if (new Set(list).size < list.length) throw refuse(`of ${owner} a latent is to be kept twice`);
    return list.map((number) => {
      const row = Number.isSafeInteger(number) ? rowOf(number) : undefined;
      if (row !== undefined && row >= 0 && row < count) return row;
      const there = latentNumbers ? `its ${count} latents have other numbers` : `its latents are 0 to ${count - 1}`;
      throw refuse(`the autoencoder of ${owner} has no latent ${JSON.stringify(number)}: ${there}`);
    });
  });
  return someLatents(autoencoder, kept, byPosition);
}
