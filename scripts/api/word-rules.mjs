import { forbiddenWords, GLOSSARY } from "./glossary.mjs";
import { pageNames, publicNames } from "./public-names.mjs";
import { WORD_EXCEPTIONS } from "./word-exceptions.mjs";

/**
 * Names that use a word which the glossary refuses, and exceptions that nothing needs.
 *
 * @param {import("./packages.mjs").Package[]} packages
 * @param {string} root
 * @param {Readonly<Record<string, readonly { place: string, why: string }[]>>} exceptions
 * @returns {string[]}
 */
export function wordProblems(packages, root, exceptions = WORD_EXCEPTIONS) {
  const forbidden = forbiddenWords(root).map((entry) => ({ ...entry, parts: partsOf(entry.forbidden) }));
  const named = [...packages.flatMap((pack) => publicNames(pack, root)), ...pageNames(root)];
  const used = new Set();
  const problems = new Set();
  for (const { name, file, what } of named) {
    const parts = partsOf(name);
    for (const { forbidden: wrong, word, parts: sought } of forbidden) {
      if (!contains(parts, sought)) continue;
      const meant = exceptions[wrong]?.find(({ place }) => isIn(file, place));
      if (meant) used.add(meant);
      else problems.add(`${file}: ${what} ${name} says "${wrong}"; the word is "${word}" (${GLOSSARY})`);
    }
  }
  return [...problems, ...idleExceptions(exceptions, used)];
}

function* idleExceptions(exceptions, used) {
  for (const [word, places] of Object.entries(exceptions))
    for (const meant of places)
      if (!used.has(meant)) yield `scripts/api/word-exceptions.mjs: no name in ${meant.place} says "${word}"`;
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
