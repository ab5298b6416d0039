import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The page whose tables of words are the glossary. */
export const GLOSSARY = "docs/architecture.md";

/**
 * What the glossary says that things are not called, with what they are called. The page is the only list there is. What stands behind "in names"
 * is refused in names alone, for it is plain English in a sentence.
 *
 * @param {string} root
 * @returns {{ forbidden: string, word: string, onlyInNames: boolean }[]}
 * @throws {Error} where the page has no such table
 */
export function forbiddenWords(root) {
  const lines = readFileSync(join(root, GLOSSARY), "utf8").split("\n");
  const tables = lines.flatMap((line, head) =>
    /^\| word +\| meaning +\| not +\|$/.test(line) ? [rowsBelow(lines, head)] : [],
  );
  if (tables.length === 0) throw new Error(`${GLOSSARY} has no table of words with the columns word, meaning, not`);
  return tables.flat().flatMap(forbiddenIn);
}

/** The rows of a table, by the line of its head. */
function rowsBelow(lines, head) {
  const end = lines.findIndex((line, index) => index > head && !line.startsWith("|"));
  return lines.slice(head + 2, end < 0 ? undefined : end);
}

function forbiddenIn(row) {
  const [word, , not] = row.split("|").slice(1, -1);
  return not.split(";").flatMap((part) => {
    const onlyInNames = part.startsWith(" in names `");
    return [...part.matchAll(/`([^`]+)`/g)].map(([, forbidden]) => ({ forbidden, word: word.trim(), onlyInNames }));
  });
}
