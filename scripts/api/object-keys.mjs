/** Around an object, and of no matter for its keys. */
const AROUND = ["TSAsExpression", "TSSatisfiesExpression", "ParenthesizedExpression"];

/**
 * The keys of an object that is written out, and of those within it and in lists; none of what is no such object.
 *
 * @param {any} node An expression.
 * @returns {string[]}
 */
export function keysOf(node) {
  if (AROUND.includes(node?.type)) return keysOf(node.expression);
  // `Object.freeze` gives what it is given.
  if (node?.type === "CallExpression" && node.callee.object?.name === "Object") return node.arguments.flatMap(keysOf);
  if (node?.type === "ArrayExpression") return node.elements.flatMap(keysOf);
  if (node?.type === "SpreadElement") return keysOf(node.argument);
  if (node?.type !== "ObjectExpression") return [];
  return node.properties.flatMap((property) =>
    property.type === "Property" ? [...keyOf(property), ...keysOf(property.value)] : keysOf(property),
  );
}

/**
 * The names in what a module writes as JSON: the keys of all objects that stand in a call of `writeJson`, or in the constant that it is given.
 *
 * @param {any[]} statements Of the module.
 * @returns {{ name: string, what: string }[]}
 */
export function jsonNames(statements) {
  const written = nodesIn(statements)
    .filter(({ type, callee }) => type === "CallExpression" && callee.name === "writeJson")
    .map((call) => call.arguments[1]);
  const given = new Set(written.filter(({ type }) => type === "Identifier").map(({ name }) => name));
  const constants = nodesIn(statements)
    .filter(({ type, id }) => type === "VariableDeclarator" && given.has(id.name))
    .map(({ init }) => init);
  const keys = nodesIn([...written, ...constants]).filter(({ type }) => type === "ObjectExpression");
  return keys.flatMap(({ properties }) =>
    properties.flatMap(keyOf).map((name) => ({ name, what: "a key of what is written as JSON," })),
  );
}

function keyOf({ key, computed }) {
  return key && !computed ? [key.name ?? String(key.value)] : [];
}

function nodesIn(node) {
  if (typeof node !== "object" || node === null) return [];
  const below = Object.values(node).flatMap(nodesIn);
  return node.type ? [node, ...below] : below;
}
