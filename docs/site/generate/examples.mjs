import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { writePage } from "../lib/assemble.mjs";
import { ROOT } from "../lib/places.mjs";

const MARK = "\n// Prints:\n//\n";

/** The page of examples: the scripts that a test runs, each with what it prints; and those that need a model. */
export function examplesPage() {
  const folder = join(ROOT, "examples");
  const all = readdirSync(folder)
    .filter((name) => name.endsWith(".mjs"))
    .map((name) => ({ name: basename(name, ".mjs"), text: readFileSync(join(folder, name), "utf8") }));
  const short = all.filter(({ text }) => text.includes(MARK));
  const long = all.filter(({ text }) => !text.includes(MARK));
  const text = [
    "# Examples",
    "",
    "Short scripts, each a question. They run on transformers compiled from programs, in a second or two, and a test holds what they print to what",
    "stands here. In a clone: `npm run example -- NAME`; with the packages, copy one into a `.mjs` file.",
    "",
    ...short.flatMap(section),
    "## On real models",
    "",
    "Longer ones, also in `examples/`:",
    "",
    ...long.map(({ name, text }) => `- \`npm run example -- ${name}\`: ${firstSentence(text)}`),
    "",
  ];
  writePage("examples.md", text.join("\n"));
}

function section({ name, text }) {
  const [whole, printed] = text.split(MARK);
  const [, comment] = /^((?:\/\/.*\n)+)/.exec(whole);
  const [question, ...story] = comment
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/^\/\/ ?/, ""));
  return [
    `## ${question}`,
    "",
    ...story.slice(1),
    "",
    `\`examples/${name}.mjs\`:`,
    "",
    "```js",
    whole.slice(comment.length).trimEnd(),
    "```",
    "",
    "It prints",
    "",
    "```text",
    ...printed
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/^\/\/ {3}/, "")),
    "```",
    "",
  ];
}

function firstSentence(text) {
  const [comment] = /^(?:\/\/.*\n)+/.exec(text);
  const [sentence] = /^.*?[.?:](?= )/.exec(comment.replaceAll(/^\/\/ ?/gm, "").replaceAll("\n", " "));
  return sentence.replace(/:$/, ".");
}
