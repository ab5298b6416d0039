import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { statementsOf } from "./modules.mjs";

/**
 * What the names exported by modules are, as `file#name` of the place that declares them: the same thing exported from
 * two places has the same identity.
 */
export class Exports {
  #entries;
  #root;
  #modules = new Map();

  /**
   * @param {Record<string, string>} entries Import name of a package -> its index.
   * @param {string} root
   */
  constructor(entries, root) {
    this.#entries = entries;
    this.#root = root;
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
    return existsSync(join(this.#root, file)) && name !== "*" ? this.#identity(file, name, seen) : `${file}#${name}`;
  }

  /** The export and import statements of a file, read once. */
  #module(file) {
    const known = this.#modules.get(file);
    if (known) return known;
    const module = { exported: new Map(), imported: new Map(), stars: [] };
    this.#modules.set(file, module);
    for (const statement of statementsOf(this.#root, file)) this.#take(statement, file, module);
    return module;
  }

  #take(statement, file, { exported, imported, stars }) {
    const target = statement.source ? this.#resolve(statement.source.value, file) : file;
    if (statement.type === "ImportDeclaration") {
      for (const { type, imported: original, local } of statement.specifiers)
        if (type === "ImportSpecifier") imported.set(nameOf(local), { file: target, name: nameOf(original) });
    } else if (statement.type === "ExportAllDeclaration") {
      if (statement.exported) exported.set(nameOf(statement.exported), { file: target, name: "*" });
      else if (existsSync(join(this.#root, target))) stars.push(target);
    } else if (statement.type === "ExportNamedDeclaration") {
      for (const name of declaredNames(statement.declaration)) exported.set(name, { file, name });
      for (const { local, exported: name } of statement.specifiers)
        exported.set(nameOf(name), { file: target, name: nameOf(local) });
    }
  }

  #resolve(from, file) {
    return from.startsWith(".") ? join(dirname(file), from) : (this.#entries[from] ?? from);
  }
}

/** A name, which may be written as a text. */
function nameOf({ name, value }) {
  return name ?? value;
}

/** The names that a declaration makes: one, but for `const a = 1, b = 2`. */
function declaredNames(declaration) {
  if (!declaration) return [];
  const ids = declaration.declarations?.map(({ id }) => id) ?? [declaration.id];
  return ids.flatMap((id) => nameOf(id) ?? []);
}
