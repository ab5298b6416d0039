import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "autocircuit-toolchain-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files, given as path -> content, below a folder. */
export function writeTree(root: string, files: Readonly<Record<string, string>>): string {
  for (const [name, content] of Object.entries(files)) {
    const file = join(root, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return root;
}

/** The files of a very small LibTorch: every name the finder looks for, a few bytes each. */
export function libtorchFiles(
  options: { build?: string; cuda?: string; layout?: "wheel" | "archive" } = {},
): Record<string, string> {
  const build = options.build ?? "2.13.0+cpu";
  const cuda = options.cuda === undefined ? "None" : `'${options.cuda}'`;
  const extension = process.platform === "darwin" ? "dylib" : "so";
  const names = ["torch", "torch_cpu", "c10", ...(options.cuda === undefined ? [] : ["torch_cuda", "c10_cuda"])];
  return {
    ...Object.fromEntries(names.map((name) => [`lib/lib${name}.${extension}`, `library ${name}`])),
    "include/ATen/ATen.h": "",
    "include/c10/core/Device.h": "",
    "include/torch/library.h": "",
    ...(options.layout === "archive"
      ? { "build-version": `${build}\n` }
      : { "version.py": `__version__ = '${build}'\ndebug = False\ncuda: Optional[str] = ${cuda}\n` }),
  };
}

/** A zip archive (a wheel is one) of the given files. */
export function writeZip(file: string, files: Readonly<Record<string, string>>): string {
  const source = writeTree(temporaryFolder(), files);
  const script =
    "import os, sys, zipfile\n" +
    "root = sys.argv[2]\n" +
    "with zipfile.ZipFile(sys.argv[1], 'w') as z:\n" +
    "    for folder, _, names in os.walk(root):\n" +
    "        for n in names: z.write(os.path.join(folder, n), os.path.relpath(os.path.join(folder, n), root))\n";
  mkdirSync(dirname(file), { recursive: true });
  execFileSync("python3", ["-c", script, file, source]);
  return file;
}

/** Prefixes the path of every file. */
export function below(prefix: string, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, content]) => [`${prefix}/${name}`, content]));
}

/** Surroundings with an empty home, and a `python3` in front of the PATH that is the real one but for these differences. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly cache: string;
  /** One line for every `pip download` that was asked for. */
  readonly pipLog: string;
}

/**
 * @param options.wheels Wheels that `pip download` finds; without any it fails like pip does.
 * @param options.sitePackages Where this Python finds packages before all others.
 */
export function surroundings(options: { wheels?: readonly string[]; sitePackages?: string } = {}): Surroundings {
  const root = temporaryFolder();
  const real = execFileSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).trim();
  const pipLog = join(root, "pip.log");
  const copy = (options.wheels ?? []).map((wheel) => `cp '${wheel}' "$into/"`).join("; ");
  const script = `#!/bin/sh
if [ "$1 $2 $3" = "-m pip download" ]; then
  echo "$*" >> '${pipLog}'
  while [ $# -gt 0 ]; do [ "$1" = "--dest" ] && into="$2"; shift; done
  mkdir -p "$into"; sleep 0.2
  ${copy || 'echo "ERROR: No matching distribution found" >&2; exit 1'}
  exit 0
fi
PYTHONPATH='${options.sitePackages ?? join(root, "empty")}' exec '${real}' "$@"
`;
  writeTree(root, { "bin/python3": script });
  execFileSync("chmod", ["+x", join(root, "bin/python3")]);
  const env: NodeJS.ProcessEnv = { ...process.env, HOME: root, PATH: `${join(root, "bin")}:${process.env.PATH}` };
  env.XDG_CACHE_HOME = join(root, "cache");
  for (const name of Object.keys(env)) if (name.startsWith("AUTOCIRCUIT_")) delete env[name];
  return { env, cache: join(root, "cache", "autocircuit", "libtorch"), pipLog };
}
