import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { constantText } from "./constant-text.mjs";
import { statementsOf } from "./modules.mjs";
import { jsonNames, keysOf } from "./object-keys.mjs";

/**
 * Every name of a package that others see: its files, what they export, the members of that (options are those of a type, also of one that a
 * function writes in its parameters), the options of its commands, and the keys of what it writes as JSON.
 *
 * @param {import("./packages.mjs").Package} pack
 * @param {string} root
 * @returns {{ name: string, file: string, what: string }[]}
 */
export function publicNames(pack, root) {
  return pack.sources.flatMap((file) => {
    const ofFile = { name: basename(file).replace(/\..*$/, ""), file, what: "the file" };
    // What a test exports or asks for is its own.
    if (file.endsWith(".test.ts") || file.startsWith(join(pack.folder, "test"))) return [ofFile];
    return [ofFile, ...namesIn(root, file).map((named) => ({ ...named, file }))];
  });
}

/**
 * The names of the pages for users, without those that are generated into the site.
 *
 * @param {string} root
 * @returns {{ name: string, file: string, what: string }[]}
 */
export function pageNames(root) {
  return ["docs", join("docs", "guides")].flatMap((folder) => {
    if (!existsSync(join(root, folder))) return [];
    const pages = readdirSync(join(root, folder)).filter((name) => name.endsWith(".md"));
    return pages.map((name) => ({ name: basename(name, ".md"), file: join(folder, name), what: "the page" }));
  });
}

function namesIn(root, file) {
  const statements = statementsOf(root, file);
  const exported = statements
    .filter(({ type }) => type === "ExportNamedDeclaration")
    .flatMap(({ declaration, specifiers }) => (declaration ? declaredIn(declaration) : renamedBy(specifiers)));
  return [...exported, ...commandOptions(root, file), ...jsonNames(statements)];
}

/** What is exported under another name than its own; the own one is found where it is declared. */
function renamedBy(specifiers) {
  const names = specifiers.map(({ local, exported }) => [local.name, exported.name ?? exported.value]);
  return names.filter(([own, name]) => own !== name).map(([, name]) => ({ name, what: "the export" }));
}

/** What a declaration declares, and the members that callers can see. */
function declaredIn(declaration) {
  const ids = declaration.declarations?.map(({ id }) => id) ?? [declaration.id];
  const own = ids.filter((id) => id?.type === "Identifier").map(({ name }) => ({ name, what: "the export" }));
  return [...own, ...membersOf(declaration).map((name) => ({ name, what: `a member of ${own[0]?.name}:` }))];
}

/** Members of a class or type, those of the types that are written inside it too, of those of a function, and the keys of an object. */
function membersOf(declaration) {
  if (declaration.type === "VariableDeclaration") return declaration.declarations.flatMap(membersOfConstant);
  if (FUNCTIONS.includes(declaration.type)) return typesOfFunction(declaration).flatMap(membersIn);
  return TYPES.includes(declaration.type) ? membersIn(declaration) : [];
}

const TYPES = ["TSInterfaceDeclaration", "TSTypeAliasDeclaration", "ClassDeclaration"];
const FUNCTIONS = ["FunctionDeclaration", "TSDeclareFunction", "ArrowFunctionExpression", "FunctionExpression"];

function membersOfConstant({ id, init }) {
  const made = FUNCTIONS.includes(init?.type) ? typesOfFunction(init).flatMap(membersIn) : keysOf(init);
  return [...membersIn(id.typeAnnotation), ...made];
}

/** The types that a function writes where it begins: of its parameters, with and without a default, and of what it gives. */
function typesOfFunction({ params, returnType }) {
  return [...params.flatMap(({ typeAnnotation, left }) => [typeAnnotation, left?.typeAnnotation]), returnType];
}

/** Names of members below a node; what is private has no name outside. */
function membersIn(node) {
  if (typeof node !== "object" || node === null) return [];
  if (node.accessibility === "private" || node.type === "BlockStatement") return [];
  const { key } = node;
  const own = key && !node.computed && key.type !== "PrivateIdentifier" ? [key.name ?? String(key.value)] : [];
  return [...own, ...Object.values(node).flatMap(membersIn)];
}

/** Long options of commands, `--by-token` and the like, as they are declared to commander: by a text, or a constant that is one. */
function commandOptions(root, file) {
  const found = [];
  const visit = (node) => {
    if (typeof node !== "object" || node === null) return;
    const declares =
      (node.type === "CallExpression" && isOption(node.callee)) ||
      (node.type === "NewExpression" && node.callee.name === "Option");
    const flags = declares ? constantText(root, file, node.arguments[0]) : "";
    // An option that nobody looks at is worse than one that has to be written otherwise.
    if (flags === undefined)
      throw new Error(`${file}: the flags of an option should be a text, or a constant that is one`);
    for (const [, name] of flags.matchAll(/--([a-z][a-z0-9-]*)/g)) found.push({ name, what: "the option --" });
    for (const child of Object.values(node)) visit(child);
  };
  visit(statementsOf(root, file));
  return found;
}

/** Whether a function is commander's, and not fast-check's of that name. */
function isOption({ object, property }) {
  return ["option", "requiredOption"].includes(property?.name) && object.name !== "fc";
}
