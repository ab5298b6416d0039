import { relative, sep } from "node:path";
import { AutocircuitError, counted } from "@autocircuit/base";
import type { AutoencoderParts } from "./autoencoder-parts.ts";
import { hookPlace } from "./hooks.ts";

/** What tells an autoencoder from another one. */
export type Placed = Pick<AutoencoderParts, "path" | "hookIn">;

/** Paths that an error lists. */
const LISTED = 6;

/**
 * Holds that no two autoencoders read one place, and that there is one for each block that was asked for.
 *
 * @throws AutocircuitError `bad-input` with what there is to choose from, and how; `not-found` for a block without one
 */
export function requireOneOfEachPlace(
  each: readonly Placed[],
  path: string,
  blocks: ReadonlySet<number> | undefined,
): void {
  const byPlace = new Map<string, Placed[]>();
  for (const one of each) byPlace.set(one.hookIn, [...(byPlace.get(one.hookIn) ?? []), one]);
  const [choice, ...others] = [...byPlace.values()].filter((ones) => ones.length > 1);
  if (choice) throw new AutocircuitError("bad-input", choiceText(choice, others.length, path));
  const there = new Set(each.map(({ hookIn }) => hookPlace(hookIn).block));
  const missing = [...(blocks ?? [])].filter((block) => !there.has(block));
  if (missing.length === 0) return;
  throw new AutocircuitError("not-found", `${path}: has no autoencoder of block ${missing.join(", ")}.`);
}

function choiceText(ones: readonly Placed[], others: number, path: string): string {
  const [{ hookIn }] = ones as [Placed];
  const names = ones.map((one) => relative(path, one.path) || one.path);
  const more = names.length > LISTED ? ` and ${names.length - LISTED} more` : "";
  const elsewhere = others > 0 ? ` (and so of ${counted(others, "other place")})` : "";
  const pattern = patternOf(names, hookPlace(hookIn).block);
  const way =
    pattern === undefined
      ? ""
      : `, or a pattern such as "${path}/${pattern}", in which * stands for anything and ~N for the number nearest to N`;
  return `${path}: ${ones.length} autoencoders read ${hookIn}${elsewhere}: ${names.slice(0, LISTED).join(", ")}${more}. Give one for each place: their folders one after the other${way}.`;
}

/**
 * The first name with a star for the block's number, and the nearest number where names differ; undefined where they differ otherwise.
 */
function patternOf(names: readonly string[], block: number | undefined): string | undefined {
  const withoutNumbers = names.map((name) => name.replaceAll(/\d+/g, "N"));
  if (withoutNumbers.some((name) => name !== withoutNumbers[0])) return undefined;
  const [first, ...others] = names.map((name) => name.split(sep)) as [string[], ...string[][]];
  return first
    .map((part, depth) => {
      if (others.some((other) => other[depth] !== part)) return part.replace(/(\d+)(?!.*\d)/, "~$1");
      return part.replace(/\d+/, (digits) => (Number(digits) === block ? "*" : digits));
    })
    .join("/");
}
