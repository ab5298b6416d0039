import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { AutocircuitError } from "@autocircuit/base";
import { type Format, patternInWords } from "./format.ts";
import { formats } from "./formats.ts";

/** Folders of releases lie at most so deep: SITE/layer_N/width_W/average_l0_L. */
const DEEPEST = 4;
/** Folders that are looked at. */
const MOST_FOLDERS = 20_000;

/** A folder or file, and the format it is in. */
export interface FoundFormat {
  readonly path: string;
  readonly format: Format;
}

/**
 * Where autoencoders lie at or below a path, and in which formats, told by the names of files.
 *
 * @throws AutocircuitError `not-found` when there are none, `bad-file` when some are not whole; a configuration without weights, or weights
 *   without one, is named; `bad-input` for a folder of autoencoders that has others below it
 */
export function findFormats(path: string): FoundFormat[] {
  if (!existsSync(path)) throw new AutocircuitError("not-found", `${path}: does not exist.`);
  if (!statSync(path).isDirectory()) return [fileFormat(path)];
  const found: FoundFormat[] = [];
  const parts: string[] = [];
  let looked = 0;
  const visit = (folder: string, depth: number) => {
    if (++looked > MOST_FOLDERS) {
      throw new AutocircuitError(
        "bad-input",
        `${path}: has more than ${MOST_FOLDERS} folders. Give the folder of the autoencoders.`,
      );
    }
    const entries = readdirSync(folder, { withFileTypes: true });
    const names = entries.map(({ name }) => name);
    const format = formats.find(({ signs }) => signs.every((sign) => hasSign(folder, names, sign)));
    if (format) found.push({ path: folder, format });
    else parts.push(...incomplete(folder, names));
    const before = found.length;
    const folders = entries.filter((entry) => isFolder(folder, entry) && entry.name !== "node_modules");
    for (const { name } of folders.sort((a, b) => byNumber(a.name, b.name)))
      if (depth < DEEPEST) visit(join(folder, name), depth + 1);
    if (!format || found.length === before) return;
    throw new AutocircuitError(
      "bad-input",
      `${folder}: its own files are autoencoders (${format.title}), and there are more below it (${found[before]!.path}). ` +
        "Which are meant? Move its own files into a folder beside the others, or give the folder of one of them.",
    );
  };
  visit(path, 0);
  if (found.length > 0 && parts.length > 0)
    throw new AutocircuitError(
      "bad-file",
      `${path}: holds ${found.length} autoencoders, and beside them what is none: ${parts.slice(0, 3).join(" ")} Complete it, or take it away.`,
    );
  if (found.length > 0) return found;
  const known = [...new Set(formats.map(({ title, signs }) => `${title} (${signs.map(inWords).join(", ")})`))];
  const hint = parts.length > 0 ? ` ${parts.slice(0, 3).join(" ")}` : ` Formats that are read: ${known.join("; ")}.`;
  throw new AutocircuitError("not-found", `${path}: holds no autoencoders.${hint}`);
}

/** Whether a file of a repository, by its path in it, is one that some format reads. */
export function isPartOfSome(file: string): boolean {
  const name = file.split("/").at(-1)!;
  return formats.some(({ signs }) =>
    signs.some((sign) => (typeof sign === "string" ? `/${file}`.endsWith(`/${sign}`) : sign.test(name))),
  );
}

/** A single file: OpenAI's, or the weights of a folder that is in a format. */
function fileFormat(path: string): FoundFormat {
  const openAi = formats.find(({ name }) => name === "openai")!;
  if (path.endsWith(".pt")) return { path, format: openAi };
  throw new AutocircuitError("bad-input", `${path}: is no .pt file. Other formats are folders: give the folder.`);
}

function isFolder(
  folder: string,
  entry: { name: string; isDirectory: () => boolean; isSymbolicLink: () => boolean },
): boolean {
  if (entry.isDirectory()) return true;
  return (
    entry.isSymbolicLink() && (statSync(join(folder, entry.name), { throwIfNoEntry: false })?.isDirectory() ?? false)
  );
}

function hasSign(folder: string, names: readonly string[], sign: string | RegExp): boolean {
  if (typeof sign !== "string") return names.some((name) => sign.test(name));
  return sign.includes("/") ? existsSync(join(folder, sign)) : names.includes(sign);
}

/** What folders have of a format whose other files they lack. `config.json` alone is anybody's. */
function incomplete(folder: string, names: readonly string[]): string[] {
  return formats.flatMap(({ title, signs }) => {
    const there = signs.filter((sign) => hasSign(folder, names, sign));
    const telling = there.some((sign) => typeof sign === "string" && sign !== "config.json");
    const lacking = signs.filter((sign) => !there.includes(sign));
    if (!telling) return [];
    return [`${folder} has ${there.map(inWords).join(", ")}, but lacks ${lacking.map(inWords).join(", ")} (${title}).`];
  });
}

function inWords(sign: string | RegExp): string {
  return typeof sign === "string" ? sign : patternInWords(sign);
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
