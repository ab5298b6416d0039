import { existsSync } from "node:fs";
import { join } from "node:path";
import { Exports } from "./exports.mjs";
import { EXTRA_ENTRIES } from "./packages.mjs";

/**
 * Packages that do not have exactly one index (and the extra entries they may have), and names that mean two things.
 *
 * @param {import("./packages.mjs").Package[]} packages
 * @param {string} root
 * @returns {string[]}
 */
export function exportProblems(packages, root) {
  const problems = packages.flatMap((pack) => entryProblems(pack, root));
  const entries = Object.assign({}, ...packages.map((pack) => pack.entries));
  const exports = new Exports(entries, root);
  const meanings = new Map();
  for (const [entry, file] of Object.entries(entries)) {
    if (!existsSync(join(root, file))) continue;
    for (const [name, identity] of exports.of(file)) {
      const known = meanings.get(name) ?? new Map();
      meanings.set(name, known.set(identity, [...(known.get(identity) ?? []), entry]));
    }
  }
  for (const [name, identities] of meanings) {
    if (identities.size < 2) continue;
    const places = [...identities].map(([identity, from]) => `${from.join(", ")} (${identity.split("#")[0]})`);
    problems.push(`${name} means different things: ${places.join("; ")}`);
  }
  return problems;
}

function entryProblems({ name, folder, manifest, entries }, root) {
  const allowed = [".", ...(EXTRA_ENTRIES[name] ?? []).map((part) => `./${part}`)];
  const actual = Object.keys(manifest.exports ?? {});
  const problems = [];
  if (actual.join() !== allowed.join())
    problems.push(`${folder}: exports ${actual.join(", ")}, should be ${allowed.join(", ")}`);
  for (const file of Object.values(entries)) {
    if (!file.endsWith("/index.ts")) problems.push(`${folder}: ${file} is no index.ts`);
    else if (!existsSync(join(root, file))) problems.push(`${folder}: ${file} is missing`);
  }
  return problems;
}
