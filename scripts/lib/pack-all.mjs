import { existsSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { prebuild } from "./prebuild.mjs";
import { run } from "./run.mjs";
import { stagePackage, stagePrebuilt } from "./stage.mjs";
import { StepError } from "./steps.mjs";

/** Files that no user needs. */
const UNWANTED = /(_test\.cc|\.test\.(js|d\.ts|ts)|\.map|\.tsbuildinfo)$|(^|\/)(test|fixtures)\//;

/**
 * Packs all packages into a folder: those that others depend on first.
 *
 * @param {{ name: string, folder: string, manifest: any }[]} packages
 * @param {string} into
 * @param {{ version: string, onLine: (line: string) => void, prebuilt?: boolean }} options `prebuilt`: false without the addon's package.
 * @returns {Promise<{ name: string, file: string, bytes: number, unpacked: number, files: number }[]>}
 */
export async function packAll(packages, into, { version, onLine, prebuilt = true }) {
  const staging = join(into, "staging");
  const folders = [];
  const optional = {};
  if (prebuilt) {
    const made = await prebuild(onLine);
    folders.push(stagePrebuilt({ ...made, version, into: staging }));
    optional[made.name] = version;
  }
  folders.push(...inOrder(packages).map((pack) => stagePackage(pack, staging, optional)));
  const tarballs = [];
  for (const folder of folders) tarballs.push(await pack(folder, into));
  rmSync(staging, { recursive: true, force: true });
  return tarballs;
}

async function pack(folder, into) {
  const { code, output } = await run("npm", ["pack", "--json", "--pack-destination", into, folder], { show: "none" });
  const start = output.search(/^[[{]/m);
  if (code !== 0 || start < 0) throw new StepError(`npm pack ${folder} failed:\n${output}`);
  const result = JSON.parse(output.slice(start, output.lastIndexOf(output[start] === "[" ? "]" : "}") + 1));
  const [facts] = Array.isArray(result) ? result : Object.values(result);
  const unwanted = facts.files.map(({ path }) => path).filter((path) => UNWANTED.test(path));
  if (unwanted.length > 0) throw new StepError(`${facts.name} would carry ${unwanted.slice(0, 5).join(", ")}`);
  checkEntries(folder);
  const file = join(into, basename(facts.filename));
  return { name: facts.name, file, bytes: facts.size, unpacked: facts.unpackedSize, files: facts.entryCount };
}

/** Every file that the manifest names is there. */
function checkEntries(folder) {
  const { exports = {}, bin = {}, name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const named = [
    ...Object.values(exports).flatMap((entry) => (typeof entry === "string" ? [entry] : Object.values(entry))),
    ...Object.values(bin),
  ];
  const missing = named.filter((file) => !existsSync(join(folder, file)));
  if (missing.length > 0) throw new StepError(`${name} names ${missing.join(", ")}, which would not be there`);
}

/** Packages after those that they depend on. */
function inOrder(packages) {
  const byName = new Map(packages.map((pack) => [pack.name, pack]));
  const done = new Set();
  const add = (pack) => {
    if (done.has(pack)) return;
    for (const name of Object.keys(pack.manifest.dependencies ?? {})) if (byName.has(name)) add(byName.get(name));
    done.add(pack);
  };
  for (const pack of packages) add(pack);
  return [...done];
}
