import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { AutocircuitError } from "@autocircuit/base";
import { featureNames } from "./features/feature-names.ts";
import { findBlockCases, isBlockCase } from "./find-block-cases.ts";
import { sameFiles } from "./same-files.ts";

/** What a folder holds, told by its files. */
export type CaseKind =
  | "patching"
  | "tracr-circuits"
  | "tracr-programs"
  | "checkpoint"
  | "gguf-blocks"
  | "autoencoder"
  | "refused-files"
  | "eap-ig"
  | "attribution"
  | "selection"
  | "bootstrap"
  | "hypotheses"
  | "ugs"
  | "feature";

/** One folder to check. */
export interface CaseFolder {
  kind: CaseKind;
  /** Absolute path; of a case that is two files of one name, without their endings. */
  path: string;
  /** Short name for reports: the last two folder names, and the feature. */
  name: string;
  /** Which of a folder's features, where it holds several. */
  feature?: string;
}

/** What every case with features has. */
const FEATURE_FILES = ["config.json", "model.safetensors", "inputs.json"];

/** Files that tell what a folder is; the first that fits counts. */
const SIGNS: readonly [CaseKind, readonly string[]][] = [
  ["patching", ["config.json", "model.safetensors", "inputs.json", "expected.json", "expected.safetensors"]],
  ["checkpoint", ["config.json", "model.safetensors", "inputs.json", "expected.safetensors"]],
  ["autoencoder", ["files", "meta.json", "inputs.safetensors", "expected.safetensors"]],
  ["refused-files", ["reasons.json"]],
  ["tracr-programs", ["programs.json"]],
  ["eap-ig", ["expected.json", "scores.safetensors", "eap.json"]],
  ["attribution", ["expected.json", "scores.safetensors"]],
  ["selection", ["selection.json"]],
  ["bootstrap", ["bootstrap.json", "bootstrap.safetensors"]],
  ["hypotheses", ["tests.json", "tests.safetensors"]],
  ["ugs", ["ugs.json", "ugs.safetensors"]],
];

/**
 * Folders with conformance cases in or below the given ones, sorted by name. A case that lies in two of them, byte for byte, is there once.
 *
 * @throws AutocircuitError `not-found` when a folder does not exist
 */
export function findCases(folders: readonly string[]): CaseFolder[] {
  const found = new Map<string, CaseFolder>();
  for (const folder of folders.map((path) => resolve(path))) {
    if (isBlockCase(folder)) {
      found.set(folder, blockCase(folder));
      continue;
    }
    if (!existsSync(folder)) {
      throw new AutocircuitError(
        "not-found",
        `No such folder: ${folder}. Give a folder with conformance cases, or unset AUTOCIRCUIT_CONFORMANCE.`,
      );
    }
    visit(folder, 0, found);
  }
  const cases = withoutCopies([...found.values()]).sort((a, b) => a.name.localeCompare(b.name));
  // Two folders may hold a case of the same name: then only the path tells them apart.
  const repeated = (name: string) => cases.filter((other) => other.name === name).length > 1;
  return cases.map((one) =>
    repeated(one.name) ? { ...one, name: join(relative(process.cwd(), one.path), one.feature ?? "") } : one,
  );
}

/** Without folders that a later one of the same name is a copy of. */
function withoutCopies(cases: readonly CaseFolder[]): CaseFolder[] {
  const isFolder = ({ kind, feature }: CaseFolder) => kind !== "gguf-blocks" && feature === undefined;
  return cases.filter((one, place) => {
    const later = cases.slice(place + 1).filter((other) => other.name === one.name && other.kind === one.kind);
    return !isFolder(one) || !later.some(({ path }) => sameFiles(one.path, path));
  });
}

function visit(path: string, depth: number, found: Map<string, CaseFolder>): void {
  const kind = kindOf(path);
  const name = join(basename(join(path, "..")), basename(path));
  const features = kind ? [] : featuresOf(path);
  if (kind) found.set(path, { kind, path, name });
  else if (features.length > 0)
    for (const feature of features)
      found.set(join(path, feature), { kind: "feature", path, name: `${name}/${feature}`, feature });
  else {
    for (const block of findBlockCases(path)) {
      const both = join(path, block);
      found.set(both, blockCase(both));
    }
    if (depth === 3) return;
    for (const entry of readdirSync(path)) {
      const child = join(path, entry);
      if (statSync(child).isDirectory() && entry !== "node_modules") visit(child, depth + 1, found);
    }
  }
}

function blockCase(path: string): CaseFolder {
  return { kind: "gguf-blocks", path, name: join(basename(join(path, "..")), basename(path)) };
}

function kindOf(path: string): CaseKind | undefined {
  const has = (file: string) => existsSync(join(path, file));
  const sign = SIGNS.find(([, files]) => files.every(has));
  if (sign) return sign[0];
  const circuits = basename(path).startsWith("tracr-") && has("expected.json") && has("expected.safetensors");
  return circuits ? "tracr-circuits" : undefined;
}

/** Features that a folder has a file of numbers and one of tensors for. */
function featuresOf(path: string): string[] {
  const has = (file: string) => existsSync(join(path, file));
  if (!FEATURE_FILES.every(has)) return [];
  return featureNames.filter((feature) => has(`${feature}.json`) && has(`${feature}.safetensors`));
}
