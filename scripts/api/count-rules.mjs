import { readFileSync } from "node:fs";
import { join } from "node:path";
import { statementsOf } from "./modules.mjs";

/** Names of lists, with what how many there are is called. */
const LISTS = {
  edges: "`size` of a circuit, else `edgeCount`",
  prompts: "`promptCount`",
  circuits: "`circuitCount`",
  sources: "`sourceCount`",
  destinations: "`destinationCount`",
  batches: "`batchCount`",
};
const NOTHING = ["TSNullKeyword", "TSUndefinedKeyword"];

/**
 * Members of types and classes, parameters and labels of tuples that are named like a list and are a number, or a function that gives one. Tests
 * name things as they like.
 *
 * @param {import("./packages.mjs").Package[]} packages
 * @param {string} root
 * @returns {string[]}
 */
export function countProblems(packages, root) {
  const files = packages.flatMap(({ sources }) => sources).filter((file) => !/\.(test|d)\.tsx?$/.test(file));
  return files.flatMap((file) =>
    countsIn(root, file).map(
      ({ name, line }) => `${file}:${line}: ${name} is a number; ${name} are a list, how many is ${LISTS[name]}`,
    ),
  );
}

function countsIn(root, file) {
  const source = readFileSync(join(root, file), "utf8");
  const found = [];
  const visit = (node) => {
    if (typeof node !== "object" || node === null) return;
    for (const { name, start } of namedNumbers(node))
      if (Object.hasOwn(LISTS, name)) found.push({ name, line: source.slice(0, start).split("\n").length });
    for (const child of Object.values(node)) visit(child);
  };
  visit(statementsOf(root, file));
  return found;
}

/** The names that a node gives to numbers. */
function namedNumbers(node) {
  switch (node.type) {
    case "TSPropertySignature":
    case "PropertyDefinition":
      return isNumber(node.typeAnnotation) || isNumber(node.value) ? [node.key] : [];
    case "TSMethodSignature":
      return isNumber(node.returnType) ? [node.key] : [];
    case "MethodDefinition":
      return isNumber(node.value.returnType) ? [node.key] : [];
    case "TSNamedTupleMember":
      return isNumber(node.elementType) ? [node.label] : [];
    default:
      return (Array.isArray(node.params) ? node.params : []).flatMap(numberOf);
  }
}

/** The name of a parameter that is a number by its type or its default. */
function numberOf(parameter) {
  const { left, right } = parameter.type === "AssignmentPattern" ? parameter : { left: parameter };
  const name = left.type === "TSParameterProperty" ? left.parameter : left;
  return name.type === "Identifier" && (isNumber(name.typeAnnotation) || isNumber(right)) ? [name] : [];
}

function isNumber(type) {
  switch (type?.type) {
    case "TSTypeAnnotation":
    case "TSParenthesizedType":
      return isNumber(type.typeAnnotation);
    case "TSFunctionType":
      return isNumber(type.returnType);
    case "TSUnionType":
      return type.types.some(isNumber) && type.types.every((one) => isNumber(one) || NOTHING.includes(one.type));
    case "Literal":
      return typeof type.value === "number";
    default:
      return type?.type === "TSNumberKeyword";
  }
}
