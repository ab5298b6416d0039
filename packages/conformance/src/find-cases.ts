import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { AutocircuitError } from "@autocircuit/base";

/** What a folder holds, told by its files. */
export type CaseKind =
  | "patching"
  | "tracr-circuits"
  | "tracr-programs"
  | "checkpoint"
  | "autoencoder"
  | "refused-files";

/** One folder to check. */
export interface CaseFolder {
  kind: CaseKind;
  /** Absolute path. */
  path: string;
  /** Short name for reports: the last two folder names. */
  name: string;
}

/** Files that tell what a folder is; the first that fits counts. */
const SIGNS: readonly [CaseKind, readonly string[]][] = [
  ["patching", ["config.json", "model.safetensors", "inputs.json", "expected.json", "expected.safetensors"]],
  ["checkpoint", ["config.json", "model.safetensors", "inputs.json", "expected.safetensors"]],
  ["autoencoder", ["files", "meta.json", "inputs.safetensors", "expected.safetensors"]],
  ["refused-files", ["reasons.json"]],
  ["tracr-programs", ["programs.json"]],
];

/**
 * Folders with conformance cases in or below the given ones, sorted by name.
 *
 * @throws AutocircuitError `not-found` when a folder does not exist
 */
export function findCases(folders: readonly string[]): CaseFolder[] {
  const found = new Map<string, CaseFolder>();
  for (const folder of folders.map((path) => resolve(path))) {
    if (!existsSync(folder)) {
      throw new AutocircuitError(
        "not-found",
        `No such folder: ${folder}. Give a folder with conformance cases, or unset AUTOCIRCUIT_CONFORMANCE.`,
      );
    }
    visit(folder, 0, found);
  }
  const cases = [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
  // Two folders may hold a case of the same name: then only the path tells them apart.
  const repeated = (name: string) => cases.filter((other) => other.name === name).length > 1;
  return cases.map((one) => (repeated(one.name) ? { ...one, name: relative(process.cwd(), one.path) } : one));
}

function visit(path: string, depth: number, found: Map<string, CaseFolder>): void {
  const kind = kindOf(path);
  if (kind) found.set(path, { kind, path, name: join(basename(join(path, "..")), basename(path)) });
  else if (depth < 3)
    for (const entry of readdirSync(path)) {
      const child = join(path, entry);
      if (statSync(child).isDirectory() && entry !== "node_modules") visit(child, depth + 1, found);
    }
}

function kindOf(path: string): CaseKind | undefined {
  const has = (file: string) => existsSync(join(path, file));
  const sign = SIGNS.find(([, files]) => files.every(has));
  if (sign) return sign[0];
  const circuits = basename(path).startsWith("tracr-") && has("expected.json") && has("expected.safetensors");
  return circuits ? "tracr-circuits" : undefined;
}
