import { join } from "node:path";
import { textsOf } from "./texts.mjs";

/** Packages with commands of their own, whose texts name their flags. */
const WITH_COMMANDS = new Set(["bench", "cli", "conformance", "fuzz", "studio"].map((name) => join("packages", name)));

/**
 * Where other programs' flags, or what is written like them, stand in texts. A place is a file, or a folder with `/` behind it.
 *
 * @type {readonly { place: string, why: string }[]}
 */
export const FLAG_EXCEPTIONS = [
  { place: "native/lib/toolchain/", why: "what compilers, pip and its own build are called with" },
  { place: "packages/models/src/gguf/gguf-file.ts", why: "llama.cpp's program that joins files" },
  { place: "packages/report/src/html/", why: "custom properties of styles" },
  { place: "packages/sweep/src/slurm/array-script.ts", why: "sbatch's" },
];

/** A command as it would be typed, of which flags are part. */
const COMMAND = /autocircuit [a-z]+(?: --[a-z][\w-]*)+/g;

/**
 * Texts that name flags where there is no command line: a program has options and functions, which the command line calls by its flags itself
 * (`packages/cli/src/support/in-flags.ts`). Whole commands are allowed.
 *
 * @param {import("./packages.mjs").Package[]} packages
 * @param {string} root
 * @param {readonly { place: string, why: string }[]} exceptions
 * @returns {string[]}
 */
export function flagProblems(packages, root, exceptions = FLAG_EXCEPTIONS) {
  const used = new Set();
  const problems = [];
  for (const { folder, sources } of packages) {
    if (WITH_COMMANDS.has(folder)) continue;
    for (const file of sources) {
      if (/\.(test|d)\.tsx?$/.test(file) || file.startsWith(join(folder, "test"))) continue;
      for (const { text, what, line } of textsOf(root, file)) {
        const flag = what === "a text" && /(?<![\w-])--[a-z][\w-]*/.exec(text.replace(COMMAND, ""))?.[0];
        if (!flag) continue;
        const meant = exceptions.find(({ place }) => (place.endsWith("/") ? file.startsWith(place) : file === place));
        if (meant) used.add(meant);
        else problems.push(`${file}:${line}: a text names ${flag}; name the option, in backticks`);
      }
    }
  }
  const idle = exceptions.filter((one) => !used.has(one));
  return [...problems, ...idle.map(({ place }) => `scripts/api/flag-rules.mjs: no text in ${place} names a flag`)];
}
