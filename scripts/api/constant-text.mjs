import { join } from "node:path";
import { statementsOf } from "./modules.mjs";

/**
 * The text that an expression of a module is: written there, or declared as a constant there or in the module of the package that it is
 * imported from. Undefined for what is made otherwise.
 *
 * @param {string} root
 * @param {string} file Path from there.
 * @param {any} node The expression, of the module's statements.
 * @returns {string | undefined}
 */
export function constantText(root, file, node) {
  if (node?.type === "Literal" && typeof node.value === "string") return node.value;
  if (node?.type === "TemplateLiteral" && node.expressions.length === 0) return node.quasis[0].value.cooked;
  if (node?.type !== "Identifier") return undefined;
  const statements = statementsOf(root, file);
  const declared = constantIn(statements, node.name);
  if (declared) return constantText(root, file, declared);
  const [from, name] = importOf(statements, node.name);
  if (!from?.startsWith(".")) return undefined;
  const target = join(file, "..", from);
  return constantText(root, target, constantIn(statementsOf(root, target), name));
}

/** What a constant of a module's own is set to. */
function constantIn(statements, name) {
  return statements
    .map((statement) => statement.declaration ?? statement)
    .flatMap(({ type, kind, declarations }) => (type === "VariableDeclaration" && kind === "const" ? declarations : []))
    .find(({ id }) => id.name === name)?.init;
}

/** From where a name is imported, and what it is called there. */
function importOf(statements, name) {
  for (const { type, source, specifiers } of statements) {
    const found = type === "ImportDeclaration" && specifiers.find(({ local }) => local.name === name);
    if (found?.imported) return [source.value, found.imported.name];
  }
  return [];
}
