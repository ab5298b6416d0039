import { dirname, join, normalize } from "node:path";
import { cppSources } from "./cpp-sources.mjs";

const SOURCES = "native/src";

/** Folders of native/src: files include those of their own and of folders with a lower number, never sideways or up. */
export const FOLDER_RANKS = {
  runtime: 0,
  devices: 1,
  operators: 2,
  kernels: 2,
  "kernels/set": 3,
  "kernels/cpu": 3,
  masks: 3,
  tensor: 4,
  engine: 4,
  binding: 5,
  "binding/engine": 6,
};

const INCLUDES = /^[^\S\n]*#[^\S\n]*include(?:_next)?\b[^\S\n]*(?:"([^"\n]*)"|<([^>\n]*)>|(.*))/gm;

/**
 * Includes between folders of native/src that run sideways or upwards, tests left out.
 *
 * @param {string} root
 * @returns {string[]}
 */
export function includeProblems(root) {
  const sources = cppSources(join(root, SOURCES));
  const all = new Set(sources.map(({ file }) => file));
  const folders = [...new Set([...all].map((file) => dirname(file)))].filter(
    (name) => FOLDER_RANKS[name] === undefined,
  );
  return [
    ...folders.map((name) => `${SOURCES}/${name}: has no place in FOLDER_RANKS of scripts/api/include-rules.mjs`),
    ...sources.flatMap(({ file, code }) => problemsOf(file, code, all)),
  ];
}

function problemsOf(file, code, all) {
  return [...code.matchAll(INCLUDES)].flatMap(([, quoted, angled, other]) => {
    const where = `${SOURCES}/${file}: includes`;
    if (other !== undefined) return [`${where} ${other.trim()}: write the file, so that it can be seen which it is`];
    // As the compiler looks: a quoted file beside this one first.
    const beside = quoted === undefined ? undefined : normalize(join(dirname(file), quoted));
    const target = [beside, normalize(quoted ?? angled)].find((path) => path !== undefined && all.has(path));
    if (target === undefined) return [];
    const [own, theirs] = [dirname(file), dirname(target)];
    if (own === theirs || FOLDER_RANKS[theirs] < FOLDER_RANKS[own]) return [];
    const ranks = `${own} is at ${FOLDER_RANKS[own]}, ${theirs} at ${FOLDER_RANKS[theirs]}`;
    return [`${where} ${quoted ?? angled}: runs upwards or sideways (${ranks})`];
  });
}
