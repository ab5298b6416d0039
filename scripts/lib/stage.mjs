import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./run.mjs";

/** Where the sources are; every package says so, as its provenance is checked against it. */
function repositoryOf(folder) {
  const { repository } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  return repository === undefined ? {} : { repository: { ...repository, directory: folder } };
}

/**
 * Copies a package to where it is packed, as it is published: the manifest without what only the repository uses (scripts, the condition
 * "source", whose files are not packed), with the licence, a README, and, for `native`, the packages of prebuilt addons.
 *
 * @param {{ name: string, folder: string, manifest: any }} pack
 * @param {string} into
 * @param {Record<string, string>} prebuilt Names and versions of packages with prebuilt addons.
 * @returns {string} The folder.
 */
export function stagePackage({ name, folder, manifest }, into, prebuilt) {
  const target = join(into, name.replace("@autocircuit/", ""));
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const part of manifest.files.filter((part) => !part.startsWith("!"))) {
    const from = join(ROOT, folder, part);
    if (existsSync(from)) cpSync(from, join(target, part), { recursive: true });
  }
  const { scripts: _, exports, ...rest } = manifest;
  const published = {
    ...rest,
    ...repositoryOf(folder),
    ...(folder === "native" && Object.keys(prebuilt).length > 0 ? { optionalDependencies: prebuilt } : {}),
    exports: {
      ...Object.fromEntries(
        Object.entries(exports).map(([entry, { source: __, ...conditions }]) => [entry, conditions]),
      ),
      "./package.json": "./package.json",
    },
    publishConfig: { access: "public", provenance: true },
  };
  writeFileSync(join(target, "package.json"), `${JSON.stringify(published, null, 2)}\n`);
  cpSync(join(ROOT, "LICENSE"), join(target, "LICENSE"));
  const readme = join(ROOT, folder, "README.md");
  if (existsSync(readme)) cpSync(readme, join(target, "README.md"));
  else writeFileSync(join(target, "README.md"), `# ${name}\n\n${manifest.description}. Part of AutoCircuit.\n`);
  return target;
}

/**
 * The package of a prebuilt addon.
 *
 * @param {{ name: string, version: string, addon: string, facts: any, into: string }} options `addon`: its file; `facts`: what
 *   `prebuilt.json` says.
 * @returns {string} The folder.
 */
export function stagePrebuilt({ name, version, addon, facts, into }) {
  const target = join(into, name.replace("@autocircuit/", ""));
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const [os, cpu] = facts.platform.split("-");
  const manifest = {
    name,
    version,
    description: `The native addon of @autocircuit/native for ${facts.platform}, glibc ${facts.glibc} or newer, LibTorch ${facts.libtorch.build}`,
    license: "MIT",
    type: "commonjs",
    ...repositoryOf("native"),
    files: ["autocircuit.node", "prebuilt.json"],
    exports: { "./package.json": "./package.json" },
    os: [os],
    cpu: [cpu],
    libc: ["glibc"],
    engines: { node: ">=20.17" },
    publishConfig: { access: "public", provenance: true },
  };
  writeFileSync(join(target, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(join(target, "prebuilt.json"), `${JSON.stringify(facts, null, 2)}\n`);
  cpSync(addon, join(target, "autocircuit.node"));
  cpSync(join(ROOT, "LICENSE"), join(target, "LICENSE"));
  writeFileSync(
    join(target, "README.md"),
    `# ${name}\n\n${manifest.description}. Installed by @autocircuit/native; not used alone.\n`,
  );
  return target;
}
