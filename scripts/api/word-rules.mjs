import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { forbiddenWords, GLOSSARY } from "./glossary.mjs";
import { pageNames, publicNames } from "./public-names.mjs";
import { cppTextsOf, proseOf, textsOf } from "./texts.mjs";
import { SAID_AS_ELSEWHERE, WORD_EXCEPTIONS } from "./word-exceptions.mjs";

const CPP = [join("native", "src"), join("native", "cuda")];
const PAGES = [".", "docs", join("docs", "guides")];
const BESIDE = ["examples", "scripts", "sweeps"];

/**
 * Names, texts and comments that use a word which the glossary refuses, and exceptions that nothing needs.
 *
 * @param {import("./packages.mjs").Package[]} packages
 * @param {string} root
 * @param {Readonly<Record<string, readonly { place: string, why: string }[]>>} exceptions
 * @param {readonly { says: RegExp, only?: "texts", why: string }[]} phrases
 * @returns {string[]}
 */
export function wordProblems(packages, root, exceptions = WORD_EXCEPTIONS, phrases = SAID_AS_ELSEWHERE) {
  const forbidden = forbiddenWords(root).map((entry) => ({ ...entry, parts: partsOf(entry.forbidden) }));
  const inTexts = forbidden.filter(({ onlyInNames }) => !onlyInNames);
  const used = new Set();
  const problems = new Set();
  const everywhere = phrases.filter(({ only }) => only === undefined);
  const look = (words, text, file, says) => {
    const parts = partsOf(text);
    for (const { forbidden: wrong, word, parts: sought } of words) {
      if (!contains(parts, sought)) continue;
      const meant = exceptions[wrong]?.find(({ place }) => isIn(file, place));
      if (meant) used.add(meant);
      else problems.add(`${says} "${wrong}"; the word is "${word}" (${GLOSSARY})`);
    }
  };
  const lookAtTexts = (file, texts, meant = phrases) => {
    for (const { text, what, line, isName = false } of texts)
      look(isName ? forbidden : inTexts, spoken(text, meant, used), file, `${file}:${line}: ${what} says`);
  };
  for (const { name, file, what } of [...packages.flatMap((pack) => publicNames(pack, root)), ...pageNames(root)])
    look(forbidden, spoken(name, everywhere, used), file, `${file}: ${what} ${name} says`);
  for (const file of packages.flatMap(modulesOf)) lookAtTexts(file, textsOf(root, file));
  for (const file of cppFiles(root)) lookAtTexts(file, cppTextsOf(root, file), everywhere);
  for (const file of pageFiles(root)) lookAtTexts(file, proseOf(root, file));
  for (const file of besidePackages(root)) lookAtTexts(file, (file.endsWith(".yaml") ? proseOf : textsOf)(root, file));
  return [...problems, ...idleExceptions(exceptions, used), ...idlePhrases(phrases, used)];
}

/** What of a package its users read: not its tests, which say what they like. */
function modulesOf({ sources, folder }) {
  return sources.filter((file) => !/\.(test|d)\.tsx?$/.test(file) && !file.startsWith(join(folder, "test")));
}

function cppFiles(root) {
  return CPP.flatMap((folder) => filesIn(root, folder, true)).filter((file) => /\.(cc|h|cu|cuh)$/.test(file));
}

/** What users and maintainers run beside packages: no tests, and not the rules of words, which say all of them. */
function besidePackages(root) {
  const files = BESIDE.flatMap((folder) => filesIn(root, folder, true));
  return files.filter(
    (file) => /(?<!\.test)\.(mjs|ts|yaml)$/.test(file) && !file.startsWith(join("scripts", "api", "word-")),
  );
}

/** Pages for readers; what changed says what things were called. */
function pageFiles(root) {
  const pages = PAGES.flatMap((folder) => filesIn(root, folder, false));
  return pages.filter((file) => file.endsWith(".md") && file !== "CHANGELOG.md");
}

function filesIn(root, folder, recursive) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive, encoding: "utf8" }).map((name) => join(folder, name));
}

/** A text without what is meant otherwise, and cut where words do not go on: at a comma, a full stop, and behind what `@param` names. */
function spoken(text, phrases, used) {
  const left = phrases.reduce((rest, phrase) => {
    const without = rest.replace(phrase.says, " 0 ");
    if (without !== rest) used.add(phrase);
    return without;
  }, text);
  return left.replace(/[.,;:!?()]\s|@param\s+\S+/g, " 0 ");
}

function* idleExceptions(exceptions, used) {
  for (const [word, places] of Object.entries(exceptions))
    for (const meant of places)
      if (!used.has(meant)) yield `scripts/api/word-exceptions.mjs: nothing in ${meant.place} says "${word}"`;
}

function* idlePhrases(phrases, used) {
  for (const phrase of phrases)
    if (!used.has(phrase)) yield `scripts/api/word-exceptions.mjs: nothing says ${phrase.says}`;
}

/** The words of a name however it is written, in the singular: `trueEdges`, `true-edges` and `TRUE_EDGES` are `true edge`. */
function partsOf(name) {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((part) => part !== "")
    .map((part) => part.replace(/([^su])s$/, "$1"));
}

function contains(parts, sought) {
  return parts.some((_, at) => sought.every((part, index) => parts[at + index] === part));
}

function isIn(file, place) {
  return place.endsWith("/") ? file.startsWith(place) : file === place;
}
