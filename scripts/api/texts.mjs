import { readFileSync } from "node:fs";
import { join } from "node:path";
import { statementsOf } from "./modules.mjs";

/** Stands in a text where a value is put in: what is before and what is behind it are not side by side. */
const VALUE = " 0 ";
/** A comment, or lines of comments one below the other, whose sentences go on from line to line. */
const COMMENT = String.raw`\/\*[\s\S]*?\*\/|\/\/.*(?:\n[ \t]*\/\/.*)*`;
/** Of C++: a text, else comments, else an identifier, which the keyword `using` is not. */
const CPP = new RegExp(String.raw`("(?:\\.|[^"\\\n])*")|(${COMMENT})|\b(?!using\b)[A-Za-z_]\w*`, "g");

/**
 * What a module of TypeScript says to who reads it: its texts (help, errors, labels; with the pieces that `+` and `${}` join), and its
 * comments, of which pages are made.
 *
 * @param {string} root
 * @param {string} file Path from there.
 * @returns {{ text: string, what: string, line: number }[]}
 */
export function textsOf(root, file) {
  const source = readFileSync(join(root, file), "utf8");
  const found = [];
  const quoted = [];
  const visit = (node, isPiece) => {
    if (typeof node !== "object" || node === null) return;
    if (isQuoted(node)) quoted.push(node);
    const joined = isJoined(node);
    if (joined && !isPiece) found.push({ text: piecesOf(node), what: "a text", start: node.start });
    for (const [key, child] of Object.entries(node)) {
      // What is imported has the name of a file, and files are looked at by themselves.
      if (key === "source" && child && /^(Import|Export)/.test(node.type)) quoted.push(child);
      else visit(child, joined && (node.type === "BinaryExpression" || key === "quasis"));
    }
  };
  const statements = statementsOf(root, file);
  for (const statement of statements) visit(statement, false);
  const comments = blanked(source, quoted).matchAll(new RegExp(COMMENT, "g"));
  for (const { 0: text, index } of comments) found.push({ text, what: "a comment", start: index });
  return found.map((one) => located(source, one));
}

/**
 * What a file of C++ says: texts, comments, and each identifier by itself.
 *
 * @param {string} root
 * @param {string} file Path from there.
 * @returns {{ text: string, what: string, line: number, isName: boolean }[]}
 */
export function cppTextsOf(root, file) {
  const source = readFileSync(join(root, file), "utf8");
  return [...source.matchAll(CPP)].map(({ 0: text, 1: quoted, 2: comment, index }) => ({
    ...located(source, { text, what: quoted ? "a text" : comment ? "a comment" : `the name ${text}`, start: index }),
    isName: !quoted && !comment,
  }));
}

/**
 * What a page says: its paragraphs, headings and rows, without blocks of code and what is written as code, which has names of its own.
 *
 * @param {string} root
 * @param {string} file Path from there.
 * @returns {{ text: string, what: string, line: number }[]}
 */
export function proseOf(root, file) {
  const source = readFileSync(join(root, file), "utf8");
  const prose = source.replace(/^```[\s\S]*?^```|`[^`\n]+`/gm, (code) => code.replace(/[^\n]/g, " "));
  return [...prose.matchAll(/[^\n]+(?:\n(?![\s|#]|$)[^\n]+)*/g)].map(({ 0: text, index }) =>
    located(source, { text: text.replace(/\]\([^)]*\)/g, "]"), what: "the page", start: index }),
  );
}

const isString = (node) => node.type === "Literal" && typeof node.value === "string";
const isQuoted = (node) => isString(node) || node.regex || ["TemplateElement", "JSXText"].includes(node.type);

function isJoined(node) {
  if (node.type === "BinaryExpression") return node.operator === "+";
  return (
    isString(node) || ["TemplateLiteral", "TSTemplateLiteralType", "TemplateElement", "JSXText"].includes(node.type)
  );
}

function piecesOf(node) {
  if (isString(node) || node.type === "JSXText") return node.value;
  if (node.quasis) return node.quasis.map(({ value }) => value.cooked).join(VALUE);
  if (node.type === "BinaryExpression" && node.operator === "+") return piecesOf(node.left) + piecesOf(node.right);
  return VALUE;
}

/** The source with blanks for some of its nodes, each other character where it was. */
function blanked(source, nodes) {
  const characters = source.split("");
  for (const { start, end } of nodes) characters.fill(" ", start, end);
  return characters.join("");
}

function located(source, { text, what, start }) {
  return { text, what, line: source.slice(0, start).split("\n").length };
}
