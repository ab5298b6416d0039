import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { type BuildTarget, targetFacts } from "./build-targets.ts";

const EXTENSIONS = new Set([".cpp", ".cc", ".c", ".h", ".hpp", ".cu", ".cuh", ".cmake", ".in"]);

/**
 * SHA-256 of everything the compiler reads from this folder for a target. Line endings do not count, and unit tests only for targets with
 * tests: packages come without them.
 */
export function hashSources(nativeRoot: string, target: BuildTarget = "addon"): string {
  const lists = join(nativeRoot, "CMakeLists.txt");
  const { folders } = targetFacts(target);
  const withTests = folders.includes("test");
  const files = filesBelow(folders.map((folder) => join(nativeRoot, folder))).filter(
    (file) => withTests || !file.endsWith("_test.cc"),
  );
  return hashFiles(nativeRoot, existsSync(lists) ? [lists, ...files] : files, packageVersion(nativeRoot));
}

/** SHA-256 of files and their names below a folder, after a text. Line endings do not count. */
export function hashFiles(root: string, files: readonly string[], before = ""): string {
  const hash = createHash("sha256").update(before);
  for (const file of files) {
    const name = relative(root, file).split(sep).join("/");
    const text = readFileSync(file, "latin1").replaceAll("\r\n", "\n");
    hash.update(`${name}\0${text.length}\0`).update(text, "latin1");
  }
  return hash.digest("hex");
}

/** The version of the package in a folder; the addon carries it. Empty where the folder is none. */
export function packageVersion(folder: string): string {
  const manifest = join(folder, "package.json");
  return existsSync(manifest) ? `${JSON.parse(readFileSync(manifest, "utf8")).version}` : "";
}

/** Every file that a compiler or CMake reads in these folders, sorted. */
export function filesBelow(folders: readonly string[]): string[] {
  return folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && (EXTENSIONS.has(extname(entry.name)) || entry.name === "CMakeLists.txt"))
        .map((entry) => join(entry.parentPath, entry.name)),
    )
    .sort();
}
