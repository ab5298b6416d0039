import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./run.mjs";

/**
 * The packages of the repository that are published.
 *
 * @returns {{ name: string, folder: string, manifest: any }[]} `folder`: in the repository.
 */
export function publishedPackages() {
  return ["native", ...readdirSync(join(ROOT, "packages")).map((name) => join("packages", name))]
    .filter((folder) => existsSync(join(ROOT, folder, "package.json")))
    .map((folder) => ({ folder, manifest: readManifest(folder) }))
    .filter(({ manifest }) => !manifest.private)
    .map(({ folder, manifest }) => ({ name: manifest.name, folder, manifest }));
}

function readManifest(folder) {
  return JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8"));
}

/**
 * What would make packages of one release that do not fit together.
 *
 * @param {ReturnType<typeof publishedPackages>} packages
 * @returns {string[]}
 */
export function versionProblems(packages) {
  const { version } = readManifest(".");
  return packages.flatMap(({ name, manifest }) => {
    const own = manifest.version === version ? [] : [`${name} is ${manifest.version}, the repository ${version}`];
    const wrong = Object.entries(manifest.dependencies ?? {})
      .filter(([other, wanted]) => other.startsWith("@autocircuit/") && wanted !== version)
      .map(([other, wanted]) => `${name} depends on ${other} ${wanted}, not on ${version}`);
    return [...own, ...wrong];
  });
}

/** The part of CHANGELOG.md about a version; undefined where there is none. */
export function changelogOf(version) {
  const file = join(ROOT, "CHANGELOG.md");
  const parts = existsSync(file) ? readFileSync(file, "utf8").split(/^## /m) : [];
  return parts.find((part) => part.split("\n")[0].split(" ")[0] === version)?.trim();
}
