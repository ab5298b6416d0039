import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "../lib/run.mjs";
import { readCode } from "./packages.mjs";

const DECLARATION =
  /^export\s+(?:declare\s+)?(?:default\s+)?(?:abstract\s+)?(?:async\s+)?(?:function\*?|class|const|let|interface|type|enum)\s+(\w+)/gm;
const LIST = /^export\s+(?:type\s+)?\{([^}]*)\}(?:\s*from\s*["']([^"']+)["'])?/gm;
const STAR = /^export\s+(?:type\s+)?\*(?:\s+as\s+(\w+))?\s+from\s*["']([^"']+)["']/gm;
const IMPORT = /^import\s+(?:type\s+)?\{([^}]*)\}\s*from\s*["']([^"']+)["']/gm;

/**
 * What the names exported by modules are, as `file#name` of the place that declares them: the same thing exported from
 * two places has the same identity.
 */
export class Exports {
  #entries;
  #modules = new Map();

  /** @param {Record<string, string>} entries Import name of a package -> its index. */
  constructor(entries) {
    this.#entries = entries;
  }

  /**
   * @param {string} file Path in the repository.
   * @returns {Map<string, string>} Exported name -> identity.
   */
  of(file) {
    return new Map(this.#names(file, new Set()).map((name) => [name, this.#identity(file, name)]));
  }

  #names(file, seen) {
    if (seen.has(file)) return [];
    seen.add(file);
    const { exported, stars } = this.#module(file);
    return [...exported.keys(), ...stars.flatMap((target) => this.#names(target, seen))];
  }

  #identity(file, name, seen = new Set()) {
    const key = `${file}#${name}`;
    if (seen.has(key)) return key;
    seen.add(key);
    const { exported, imported, stars } = this.#module(file);
    const from = exported.get(name) ?? imported.get(name);
    if (from?.file === file) {
      const elsewhere = imported.get(from.name);
      return elsewhere ? this.#follow(elsewhere, seen) : `${file}#${from.name}`;
    }
    if (from) return this.#follow(from, seen);
    const star = stars.find((target) => this.#names(target, new Set()).includes(name));
    return star ? this.#identity(star, name, seen) : key;
  }

  #follow({ file, name }, seen) {
    return existsSync(join(ROOT, file)) && name !== "*" ? this.#identity(file, name, seen) : `${file}#${name}`;
  }

  /** The export and import statements of a file, read once. */
  #module(file) {
    const known = this.#modules.get(file);
    if (known) return known;
    const module = { exported: new Map(), imported: new Map(), stars: [] };
    this.#modules.set(file, module);
    const code = readCode(file);
    for (const [, list, from] of code.matchAll(IMPORT)) {
      for (const [name, local] of namesOf(list)) module.imported.set(local, { file: this.#resolve(from, file), name });
    }
    for (const [, name] of code.matchAll(DECLARATION)) module.exported.set(name, { file, name });
    for (const [, list, from] of code.matchAll(LIST)) {
      const target = from === undefined ? file : this.#resolve(from, file);
      for (const [name, exported] of namesOf(list)) module.exported.set(exported, { file: target, name });
    }
    for (const [, alias, from] of code.matchAll(STAR)) {
      const target = this.#resolve(from, file);
      if (alias !== undefined) module.exported.set(alias, { file: target, name: "*" });
      else if (existsSync(join(ROOT, target))) module.stars.push(target);
    }
    return module;
  }

  #resolve(from, file) {
    return from.startsWith(".") ? join(dirname(file), from) : (this.#entries[from] ?? from);
  }
}

/** `a, type b as c` -> `[["a", "a"], ["b", "c"]]`. */
function namesOf(list) {
  return list
    .split(",")
    .map((part) => part.trim().replace(/^type\s+/, ""))
    .filter((part) => part !== "")
    .map((part) => {
      const [original, renamed] = part.split(/\s+as\s+/);
      return [original, renamed ?? original];
    });
}
