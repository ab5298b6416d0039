import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./run.mjs";
import { StepError } from "./steps.mjs";

/** A project of somebody who uses the packages: a folder, and what its programs find in their environment. */
export class Consumer {
  /** @param {string} folder @param {NodeJS.ProcessEnv} env */
  constructor(folder, env) {
    this.folder = folder;
    this.env = env;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{ "name": "consumer", "private": true, "type": "module" }\n');
  }

  /**
   * Runs a program in the project.
   *
   * @param {string} command
   * @param {readonly string[]} args
   * @param {{ fails?: boolean, env?: NodeJS.ProcessEnv }} [options] `fails`: whether it has to; else it must not.
   * @returns {Promise<string>} What it printed.
   */
  async run(command, args, { fails = false, env = {} } = {}) {
    const { code, output } = await execute(command, args, this.folder, { ...this.env, ...env });
    if ((code !== 0) === fails) return output;
    throw new StepError(`${[command, ...args].join(" ")} in ${this.folder} ended with ${code}:\n${output}`);
  }

  /** Runs `npx autocircuit`. */
  autocircuit(args, options) {
    return this.run("npx", ["--offline", "autocircuit", ...args], options);
  }

  /** The lines of TypeScript that the README gives, compiled by this repository's TypeScript against the packages' types, and run. */
  async readme() {
    const [, lines] = /## As a library\s+```ts\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, "README.md"), "utf8"));
    writeFileSync(join(this.folder, "first.ts"), lines);
    const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
    const types = ["--types", "node", "--typeRoots", join(ROOT, "node_modules", "@types")];
    const target = ["--target", "es2023", "--lib", "es2023,esnext.disposable", "--module", "nodenext", "--strict"];
    await this.run(process.execPath, [tsc, ...target, ...types, "first.ts"]);
    return this.run(process.execPath, ["first.js"]);
  }

  /**
   * Compiles a file that imports all packages, against their types and those that these import, none skipped.
   *
   * @param {string} tsc The compiler's script.
   * @param {readonly string[]} names Packages.
   */
  async types(tsc, names) {
    writeFileSync(
      join(this.folder, "types.ts"),
      names.map((name) => `export * as ${nameOf(name)} from "${name}";\n`).join(""),
    );
    const target = ["--target", "es2022", "--lib", "es2023,esnext.disposable", "--module", "nodenext", "--strict"];
    await this.run(process.execPath, [tsc, ...target, "--types", "node", "--noEmit", "types.ts"]);
  }

  /** Takes from everybody the right to write into node_modules. Root may all the same, so {@link fingerprint} is compared too. */
  protect() {
    for (const entry of entriesBelow(join(this.folder, "node_modules")))
      if (!lstatSync(entry).isSymbolicLink()) chmodSync(entry, lstatSync(entry).mode & 0o555);
  }

  /** Names, sizes and times of everything in node_modules. */
  fingerprint() {
    const hash = createHash("sha256");
    for (const entry of entriesBelow(join(this.folder, "node_modules"))) {
      const { size, mtimeMs } = lstatSync(entry);
      hash.update(`${entry} ${size} ${mtimeMs}\n`);
    }
    return hash.digest("hex");
  }
}

/** `@autocircuit/core` as an identifier. */
function nameOf(name) {
  return name.replace(/\W/g, "_");
}

function entriesBelow(folder) {
  if (!existsSync(folder)) return [];
  return [folder, ...readdirSync(folder, { recursive: true }).map((name) => join(folder, name))].sort();
}

function execute(command, args, cwd, env) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    child.on("error", fail);
    child.on("close", (code) => done({ code: code ?? 1, output }));
  });
}
