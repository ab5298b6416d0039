import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { LibTorch } from "../libtorch.ts";
import type { MachineKind } from "../machine.ts";
import type { Stamp } from "../stamp.ts";
import { compareVersions } from "../version.ts";

/** What a prebuilt addon's package says about it, in `prebuilt.json` beside the addon. */
export interface PrebuiltFacts {
  /** SHA-256 of the sources it was made from. */
  readonly sources: string;
  /** The LibTorch it was built against. */
  readonly libtorch: { readonly build: string; readonly version: string; readonly variant: string };
  readonly platform: string;
  readonly napi: number;
  readonly compiler: string;
  /** The oldest glibc that has every function it calls. */
  readonly glibc: string;
  /** What the probe's small case gave where it was built. */
  readonly probe: readonly number[];
}

/** A prebuilt addon in a package of its own. */
export interface Prebuilt {
  /** Name and version of the package. */
  readonly name: string;
  readonly file: string;
  readonly facts: PrebuiltFacts;
}

/** Name of the package with the addon for a platform, or undefined where none is made. */
export function prebuiltPackage({ platform, arch }: Pick<MachineKind, "platform" | "arch">): string | undefined {
  return platform === "linux" && arch === "x64" ? `@autocircuit/native-${platform}-${arch}-gnu` : undefined;
}

/** The prebuilt addon that was installed along with this package, or why there is none. */
export function findPrebuilt(nativeRoot: string, machine: MachineKind): Prebuilt | string {
  const name = prebuiltPackage(machine);
  if (name === undefined) return `none is made for ${machine.platform}-${machine.arch}`;
  let manifest: string;
  try {
    manifest = createRequire(join(nativeRoot, "package.json")).resolve(`${name}/package.json`);
  } catch {
    return `${name} is not installed`;
  }
  const folder = dirname(manifest);
  const [file, facts] = [join(folder, "autocircuit.node"), join(folder, "prebuilt.json")];
  if (!existsSync(file) || !existsSync(facts)) return `${folder} is incomplete: install ${name} again`;
  const { version } = JSON.parse(readFileSync(manifest, "utf8"));
  return { name: `${name} ${version}`, file, facts: JSON.parse(readFileSync(facts, "utf8")) };
}

/** Why a prebuilt addon is not the one for these sources, this LibTorch and this machine; undefined when it is. */
export function misfitOfPrebuilt(
  { facts, name }: Prebuilt,
  wanted: Stamp,
  libtorch: LibTorch,
  machine: MachineKind,
): string | undefined {
  if (facts.sources !== wanted.sources) return `${name} was made from other sources: install the same version of both`;
  if (facts.platform !== wanted.platform || facts.napi !== wanted.napi)
    return `${name} is for ${facts.platform} and Node-API ${facts.napi}`;
  if (facts.libtorch.version !== libtorch.version || facts.libtorch.variant !== libtorch.variant)
    return `${name} is for LibTorch ${facts.libtorch.build}, and yours is ${libtorch.build} (${libtorch.path})`;
  if (machine.glibc === undefined) return `${name} is for glibc, which this system does not have`;
  if (compareVersions(machine.glibc, facts.glibc) < 0)
    return `${name} needs glibc ${facts.glibc} or newer, this system has ${machine.glibc}`;
  return undefined;
}
