import { dirname, join, normalize } from "node:path";
import { cppSources } from "./cpp-sources.mjs";

/**
 * Trees of C++. Files include those of their own folder and of folders with a lower number, never sideways or up; of another tree only what
 * the two share. The folder of a tree itself is ".".
 */
export const TREES = [
  {
    tree: "native/src",
    ranks: {
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
    },
    shares: [],
  },
  {
    tree: "native/cuda/src",
    ranks: { kernels: 0, launch: 1, device_operators: 2, ".": 3 },
    shares: ["devices/device_library.h", "devices/tile_rows.h", "operators/table.h", "runtime/error.h"].map((file) =>
      join("native/src", file),
    ),
  },
];

const INCLUDES = /^[^\S\n]*#[^\S\n]*include(?:_next)?\b[^\S\n]*(?:"([^"\n]*)"|<([^>\n]*)>|(.*))/gm;

/**
 * Includes between folders of native/src and of native/cuda/src that run sideways or upwards, and those from one to the other of what they
 * do not share; tests left out.
 *
 * @param {string} root
 * @returns {string[]}
 */
export function includeProblems(root) {
  const trees = TREES.map((tree) => ({ ...tree, sources: cppSources(join(root, tree.tree)) }));
  const all = new Map(trees.flatMap((each) => each.sources.map(({ file }) => [join(each.tree, file), each])));
  return trees.flatMap((each) => [
    ...unknownFolders(each),
    ...each.sources.flatMap(({ file, code }) => problemsOf(each, file, code, all)),
  ]);
}

function unknownFolders({ tree, ranks, sources }) {
  const folders = [...new Set(sources.map(({ file }) => dirname(file)))].filter((name) => ranks[name] === undefined);
  return folders.map((name) => `${join(tree, name)}: has no rank in TREES of scripts/api/include-rules.mjs`);
}

function problemsOf({ tree, ranks, shares }, file, code, all) {
  return [...code.matchAll(INCLUDES)].flatMap(([, quoted, angled, other]) => {
    const where = `${tree}/${file}: includes`;
    if (other !== undefined) return [`${where} ${other.trim()}: write the file, so that it can be seen which it is`];
    // As the compiler looks: a quoted file beside this one first, then those of the own tree.
    const beside = quoted === undefined ? [] : [join(tree, dirname(file), quoted)];
    const below = [tree, ...TREES.map((each) => each.tree)].map((name) => join(name, normalize(quoted ?? angled)));
    const target = [...beside, ...below].find((path) => all.has(path));
    if (target === undefined) return [];
    if (all.get(target).tree !== tree)
      return shares.includes(target) ? [] : [`${where} ${target}: is not among what ${tree} shares with other trees`];
    const [own, theirs] = [dirname(file), dirname(target.slice(tree.length + 1))];
    if (own === theirs || ranks[theirs] < ranks[own]) return [];
    return [
      `${where} ${quoted ?? angled}: runs upwards or sideways (${own} is at ${ranks[own]}, ${theirs} at ${ranks[theirs]})`,
    ];
  });
}
