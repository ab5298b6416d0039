import { relative, resolve, sep } from "node:path";
import { AutocircuitError, counted } from "@autocircuit/base";
import type { AutoencoderParts } from "./autoencoder-parts.ts";
import { chosenPaths } from "./chosen-paths.ts";
import { hookPlace } from "./hooks.ts";

/** What tells an autoencoder from another one. */
export type Placed = Pick<AutoencoderParts, "path" | "hookIn">;

/** Paths that an error lists. */
const LISTED = 6;

/**
 * Holds that no two autoencoders read one place, and that there is one for each block that was asked for.
 *
 * @param named whether each folder was named by itself
 * @throws AutocircuitError `bad-input` with what there is to choose from, and how; `not-found` for a block without one
 */
export function requireOneOfEachPlace(
  each: readonly Placed[],
  path: string,
  blocks: ReadonlySet<number> | undefined,
  named: boolean,
): void {
  const byPlace = new Map<string, Placed[]>();
  for (const one of each) byPlace.set(one.hookIn, [...(byPlace.get(one.hookIn) ?? []), one]);
  const places = [...byPlace.values()];
  if (places.some((ones) => ones.length > 1))
    throw new AutocircuitError("bad-input", choiceText(places, { path, named }));
  const there = new Set(each.map(({ hookIn }) => hookPlace(hookIn).block));
  const missing = [...(blocks ?? [])].filter((block) => !there.has(block));
  if (missing.length === 0) return;
  throw new AutocircuitError("not-found", `${path}: has no autoencoder of block ${missing.join(", ")}.`);
}

function choiceText(
  places: readonly (readonly Placed[])[],
  { path, named }: { readonly path: string; readonly named: boolean },
): string {
  const [ones, ...others] = places.filter((some) => some.length > 1) as [readonly Placed[]];
  const [{ hookIn }] = ones as [Placed];
  const names = ones.map((one) => relative(path, one.path) || one.path);
  const more = names.length > LISTED ? ` and ${names.length - LISTED} more` : "";
  const elsewhere = others.length > 0 ? ` (and so of ${counted(others.length, "other place")})` : "";
  const what = `${path}: ${ones.length} autoencoders read ${hookIn}${elsewhere}: ${names.slice(0, LISTED).join(", ")}${more}`;
  if (named) return `${what}. Leave all but one of them out.`;
  const pattern = patternsOf(names, hookPlace(hookIn).block).find((one) => choosesOneOfEach(`${path}/${one}`, places));
  const way = pattern && `, or a pattern such as "${path}/${pattern}", in which ${inWords(pattern)}`;
  return `${what}. Give one for each place: their folders one after the other${way ?? ""}.`;
}

/** What the signs of a pattern mean. */
function inWords(pattern: string): string {
  const near = "~N for the number nearest to N";
  if (!pattern.includes("*")) return near.replace(" for", " stands for");
  return `* stands for anything${pattern.includes("~") ? ` and ${near}` : ""}`;
}

/** Whether a pattern stands for the folder of one autoencoder of each place, and for no other. */
function choosesOneOfEach(pattern: string, places: readonly (readonly Placed[])[]): boolean {
  let chosen: Set<string>;
  try {
    chosen = new Set(chosenPaths(pattern).map((folder) => resolve(folder)));
  } catch (error) {
    if (error instanceof AutocircuitError) return false;
    throw error;
  }
  const found = places.map((ones) => ones.filter((one) => chosen.has(resolve(one.path))).length);
  return chosen.size === places.length && found.every((count) => count === 1);
}

/**
 * Patterns that may choose: the first name with a star for the block's number, and where names differ the nearest number, or the number itself.
 * None where names differ otherwise.
 */
function patternsOf(names: readonly string[], block: number | undefined): readonly string[] {
  const withoutNumbers = names.map((name) => name.replaceAll(/\d+/g, "N"));
  if (withoutNumbers.some((name) => name !== withoutNumbers[0])) return [];
  const [first, ...others] = names.map((name) => name.split(sep)) as [string[], ...string[][]];
  const starred = (part: string) => part.replace(/\d+/, (digits) => (Number(digits) === block ? "*" : digits));
  const near = first.map((part, depth) => {
    const differs = others.some((other) => other[depth] !== part);
    return differs ? part.replace(/(\d+)(?!.*\d)/, "~$1") : starred(part);
  });
  return [near.join("/"), first.map(starred).join("/")];
}
