import { isBuiltin } from "node:module";
import { join, relative } from "node:path";
import { importsOf } from "./modules.mjs";
import { EXTRA_ENTRIES, RANKS } from "./packages.mjs";

/** Test tools come from the root's package.json. */
const ROOT_TOOLS = new Set(["vitest", "fast-check"]);

/**
 * Imports that leave a package by another way than a package's name, that run upwards, or that package.json does not name.
 *
 * @param {import("./packages.mjs").Package[]} packages
 * @param {string} root
 * @returns {string[]}
 */
export function importProblems(packages, root) {
  return packages.flatMap((pack) => {
    if (RANKS[pack.name] === undefined) return [`${pack.folder}: has no place in RANKS of scripts/api/packages.mjs`];
    return pack.sources.flatMap((file) =>
      importsOf(root, file).flatMap((from) => {
        const problem = judge(from, file, pack);
        return problem === undefined ? [] : [`${file}: imports ${from}: ${problem}`];
      }),
    );
  });
}

function judge(from, file, pack) {
  if (from.startsWith(".")) {
    const target = relative(pack.folder, join(file, "..", from));
    if (!target.startsWith("..") || (isTest(file, pack) && isHelperBelow(target, pack))) return undefined;
    return "leaves the package by its folder; import the package by name";
  }
  if (isBuiltin(from)) return from.startsWith("node:") ? undefined : `write node:${from}`;
  const [scope, part, ...rest] = from.split("/");
  const name = from.startsWith("@") ? `${scope}/${part}` : scope;
  if (name !== pack.manifest.name && pack.manifest.dependencies?.[name] === undefined) {
    const own = pack.manifest.devDependencies?.[name] !== undefined && (isTest(file, pack) || isBundled(file, pack));
    const shared = isTest(file, pack) && (ROOT_TOOLS.has(name) || scope === "@autocircuit");
    if (!own && !shared) return "is not in the package's dependencies";
  }
  if (scope !== "@autocircuit") return undefined;
  if (rest.length > 0 && !EXTRA_ENTRIES[part]?.includes(rest.join("/"))) return "reaches into another package";
  if (part === pack.name || RANKS[part] < RANKS[pack.name]) return undefined;
  return `runs upwards or sideways (${pack.name} is at ${RANKS[pack.name]}, ${part} at ${RANKS[part]})`;
}

function isTest(file, { folder }) {
  const folders = [join(folder, "test"), join(folder, "src", "browser-tests")];
  return file.endsWith(".test.ts") || folders.some((tests) => file.startsWith(tests));
}

/** Whether a file goes into a bundle or looks at one, which carries what it imports: nobody installs that with the package. */
function isBundled(file, { folder }) {
  return ["page", "browser-tests"].some((part) => file.startsWith(join(folder, "src", part)));
}

/** Whether a path from a package's folder is that of what the tests of a package below share. */
function isHelperBelow(target, { name }) {
  const [up, other, part] = target.split("/");
  return up === ".." && part === "test" && RANKS[other] < RANKS[name];
}
