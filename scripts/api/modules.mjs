import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAst } from "vite";

const parsed = new Map();

/**
 * The statements of a module of TypeScript as a tree (ESTree's): what a pattern of characters takes for an import may be a text or a
 * comment, and what it takes for a comment an import.
 *
 * @param {string} root
 * @param {string} file Path from there.
 */
export function statementsOf(root, file) {
  const path = join(root, file);
  const known = parsed.get(path);
  if (known) return known;
  const { body } = parseAst(readFileSync(path, "utf8"), { lang: file.endsWith("x") ? "tsx" : "ts" }, path);
  parsed.set(path, body);
  return body;
}

/**
 * What a module imports or exports from, as it is written there: statements of values, of types and for effects only, `import()` and
 * types of `import("...")`.
 *
 * @param {string} root
 * @param {string} file Path from there.
 * @returns {string[]}
 */
export function importsOf(root, file) {
  const found = [];
  const visit = (node) => {
    if (typeof node !== "object" || node === null) return;
    const from = node.type === "TSExternalModuleReference" ? node.expression : node.source;
    if (from?.type === "Literal" && typeof from.value === "string") found.push(from.value);
    for (const child of Object.values(node)) visit(child);
  };
  visit(statementsOf(root, file));
  return found;
}
