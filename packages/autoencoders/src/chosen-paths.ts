import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { AutocircuitError } from "@autocircuit/base";

/** Names that an error lists. */
const LISTED = 12;

/**
 * The paths that a text stands for: itself, or, where there is none of that name, all that fit it as a pattern. In the name of a folder (or a `.pt`)
 * `*` stands for anything, and `~` with a number for the number that is nearest to it of those that stand there (the smaller of two that are as near),
 * in each folder by itself.
 *
 * @throws AutocircuitError `not-found` that lists what there is, where a folder has nothing that fits
 */
export function chosenPaths(text: string): readonly string[] {
  if (existsSync(text) || !isPattern(text)) return [text];
  const parts = text.split("/");
  const first = parts.findIndex(isPattern);
  let found: readonly string[] = [parts.slice(0, first).join("/") || (text.startsWith("/") ? "/" : ".")];
  for (const part of parts.slice(first).filter((name) => name !== "")) {
    found = found.flatMap((folder) => namesIn(folder, part, text).map((name) => join(folder, name)));
  }
  return found;
}

/** Whether a path stands for others. */
function isPattern(path: string): boolean {
  return /\*|~\d/.test(path);
}

function namesIn(folder: string, part: string, text: string): readonly string[] {
  const refuse = (problem: string) => {
    throw new AutocircuitError("not-found", `${text}: ${problem}.`);
  };
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    refuse(`${folder} is no folder here. Patterns stand for folders of this machine: of the hub, fetch them first`);
  }
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".pt") || statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory())
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const fitting = fittingNames(names, part);
  if (fitting.length > 0) return fitting;
  const rest = names.length > LISTED ? ` and ${names.length - LISTED} more` : "";
  return refuse(
    `${folder} has nothing like ${part}; it has ${names.slice(0, LISTED).join(", ") || "nothing at all"}${rest}`,
  );
}

function fittingNames(names: readonly string[], part: string): readonly string[] {
  const near = /~(\d+(?:\.\d+)?)/.exec(part);
  const literal = (piece: string) => piece.replaceAll(/[\\^$.|?+()[\]{}]/g, "\\$&").replaceAll("*", ".*");
  if (near === null) return names.filter((name) => new RegExp(`^${literal(part)}$`).test(name));
  const [before, behind] = [part.slice(0, near.index), part.slice(near.index + near[0].length)];
  // A whole number, whatever a star beside it would take of its digits.
  const pattern = new RegExp(`^${literal(before)}(?<!\\d)(\\d+(?:\\.\\d+)?)(?!\\d)${literal(behind)}$`);
  const numbers = names.flatMap((name) => {
    const found = pattern.exec(name)?.[1];
    return found === undefined ? [] : [{ name, number: Number(found) }];
  });
  const far = ({ number }: { number: number }) => Math.abs(number - Number(near[1]));
  numbers.sort((a, b) => far(a) - far(b) || a.number - b.number);
  return numbers.slice(0, 1).map(({ name }) => name);
}
