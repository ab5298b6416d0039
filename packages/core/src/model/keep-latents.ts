import { kind, signature } from "@autocircuit/base";
import {
  type Autoencoders,
  type BlockAutoencoder,
  fingerprintOfAll,
  type LatentNumbers,
  mapAutoencoders,
  type PlacedAutoencoder,
  placedAutoencoders,
  replacedPart,
  scope,
} from "@autocircuit/native";
import { type LatentIdentity, otherAutoencoders } from "../graph/same-graph.ts";
import { type KeepablePlace, refuseKeeping, requireKeepable } from "./keepable-latents.ts";
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
 * const kept = keepLatents(engineAutoencoders(set, model.config, { autoencoderErrors: graph.config.latentErrors }), graph.config);
 * using same = model.withAutoencoders(kept); // same.graph.equals(graph)
 */
export function keepLatents(autoencoders: Autoencoders, latents: LatentIdentity): Autoencoders {
  check({ autoencoders, latents });
  const { keptLatents, autoencoders: found } = latents;
  const placed = placedAutoencoders(autoencoders);
  const own = fingerprintOfAll(placed);
  if (found !== undefined && found !== own)
    throw refuseKeeping(`${otherAutoencoders(found, own, "these")}: take those that it was found with`);
  const numbersOf = ({ block, input }: PlacedAutoencoder) => keptLatents?.[replacedPart(input)]?.[block] ?? null;
  const before = placed.find((one) => one.autoencoder.encode.shape.length === 3 && numbersOf(one) !== null);
  if (before)
    throw refuseKeeping(
      `the autoencoder of ${latentOwner(placeOf(before))} has latents for each position: it was pruned before`,
    );
  requireKeepable(latents, placed.map(placeOf), autoencoders.blocks.length);
  return scope(() =>
    mapAutoencoders(autoencoders, (one, number) => {
      const numbers = numbersOf(placed[number]!);
      return numbers === null ? shared(one) : withNumbers(one, numbers);
    }),
  );
}

function placeOf({ block, input, autoencoder: { encode, latentNumbers } }: PlacedAutoencoder): KeepablePlace {
  return { block, of: replacedPart(input), count: encode.shape[0]!, latentNumbers };
}

/** The same tensors under handles of their own. */
function shared(one: BlockAutoencoder): BlockAutoencoder {
  const again = <T extends BlockAutoencoder["encode"]>(tensor: T) => tensor.slice(0, 0, tensor.shape[0]!);
  const { encode, bias, decode, decodeLater, outBias, threshold, rivals } = one;
  return {
    ...one,
    ...{ encode: again(encode), bias: again(bias), decode: again(decode), outBias: again(outBias) },
    ...(decodeLater && { decodeLater: decodeLater.map(again) }),
    ...(threshold && { threshold: again(threshold) }),
    ...(rivals && {
      rivals: { encode: again(rivals.encode), bias: again(rivals.bias), places: again(rivals.places) },
    }),
  };
}

function withNumbers(autoencoder: BlockAutoencoder, numbers: LatentNumbers): BlockAutoencoder {
  const { latentNumbers } = autoencoder;
  const byPosition = Array.isArray(numbers[0]);
  const lists = (byPosition ? numbers : [numbers]) as readonly (readonly number[])[];
  const rows = new Map((latentNumbers as readonly number[] | undefined)?.map((number, row) => [number, row]));
  const kept = lists.map((list) => list.map((number) => (latentNumbers ? rows.get(number)! : number)));
  return someLatents(autoencoder, kept, byPosition);
}
