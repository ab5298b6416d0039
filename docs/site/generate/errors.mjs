import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";
import { writePage } from "../lib/assemble.mjs";
import { ROOT } from "../lib/places.mjs";

const WHAT_TO_DO = `Every error of AutoCircuit is an \`AutocircuitError\` with a \`code\` and a message that says what was wrong, where, and what to do. What
lies below (the reason of an abort, an error of the system) is its \`cause\`. On the command line \`AUTOCIRCUIT_DEBUG=1\` adds stacks, and
\`autocircuit doctor\` says what is missing on a machine.`;

const FOR_DEVELOPERS = new Set(["bench", "conformance", "fuzz"]);

/** The page of the error codes: what each means, and the messages that carry it in the sources. */
export function errorsPage() {
  const codes = codesWithMeaning();
  const messages = messagesByCode();
  const unknown = [...messages.keys()].filter((code) => !codes.has(code));
  if (unknown.length > 0) throw new Error(`Errors carry codes that ErrorCode lacks: ${unknown.join(", ")}`);
  const sections = [...codes].map(([code, meaning]) => {
    const places = [...(messages.get(code) ?? [])].sort(([a], [b]) => a.localeCompare(b, "en"));
    const list = places.map(
      ([place, texts]) => `- **${place}**\n${texts.map((text) => `  - ${plain(text)}\n`).join("")}`,
    );
    return `## \`${code}\` {#${code}}\n\n${meaning}\n\n${list.join("")}`;
  });
  writePage(
    "errors.md",
    `# Errors by code\n\n${WHAT_TO_DO}\n\nUnder each code stand the messages that the sources have for it; … is what the message fills in.\n\n${sections.join("\n")}`,
  );
}

/** The codes of `ErrorCode` in their order, with the comment before each. */
function codesWithMeaning() {
  const source = readFileSync(join(ROOT, "packages", "base", "src", "errors.ts"), "utf8");
  const [, union] = /export type ErrorCode =\n([\s\S]*?);\n/.exec(source);
  return new Map(Array.from(union.matchAll(/\/\*\* (.*?) \*\/\s*\| "([a-z-]+)"/g), ([, text, code]) => [code, text]));
}

function messagesByCode() {
  const found = new Map();
  for (const file of sources()) {
    const text = readFileSync(file, "utf8");
    if (!text.includes("new AutocircuitError(")) continue;
    const visit = (node) => {
      if (ts.isNewExpression(node) && node.expression.getText() === "AutocircuitError" && node.arguments?.length > 1) {
        const [code, message] = node.arguments;
        const words = textOf(message).replace(/\s+/g, " ").trim();
        if (ts.isStringLiteral(code) && /[a-z]{3}/.test(words)) {
          const place = placeOf(file);
          const places = found.get(code.text) ?? new Map();
          found.set(code.text, places.set(place, [...new Set([...(places.get(place) ?? []), words])]));
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  }
  return found;
}

/** A message as it is written, with … for what is filled in. */
function textOf(node) {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join("");
  if (ts.isBinaryExpression(node)) return textOf(node.left) + textOf(node.right);
  if (ts.isParenthesizedExpression(node)) return textOf(node.expression);
  return "…";
}

function sources() {
  const packages = readdirSync(join(ROOT, "packages")).filter((name) => !FOR_DEVELOPERS.has(name));
  return ["native/lib", ...packages.map((name) => `packages/${name}/src`)].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true })
      .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
      .map((name) => join(ROOT, folder, name)),
  );
}

const placeOf = (file) =>
  relative(ROOT, file)
    .replace(/^packages\//, "")
    .split("/")[0];

const plain = (text) => text.replace(/[<>{}*_`|[\]\\]/g, (sign) => `&#${sign.charCodeAt(0)};`);
