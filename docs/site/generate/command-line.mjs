import { join } from "node:path";
import { writePage } from "../lib/assemble.mjs";
import { ROOT } from "../lib/places.mjs";

/** The page of all commands, as the program itself describes them. */
export async function commandLinePage() {
  const { runProgram } = await import(join(ROOT, "packages", "cli", "dist", "program.js"));
  const help = async (...command) => {
    let text = "";
    const output = { out: (part) => (text += part), err: (part) => (text += part) };
    const code = await runProgram([...command, "--help"], new AbortController().signal, output);
    if (code !== 0) throw new Error(`autocircuit ${command.join(" ")} --help ended with ${code}: ${text}`);
    return text;
  };
  const sections = [];
  const visit = async (command, level) => {
    const text = await help(...command);
    if (command.length > 0) sections.push(`${"#".repeat(level)} autocircuit ${command.join(" ")}\n\n${block(text)}`);
    for (const [, name] of (text.split("\nCommands:\n")[1] ?? "").matchAll(/^ {2}([a-z]+)(?: |$)/gm))
      if (name !== "help") await visit([...command, name], Math.min(level + 1, 3));
    return text;
  };
  const overview = await visit([], 1);
  const text = [
    "# Command line",
    "",
    "What `autocircuit --help`, and `--help` of every command, print. In a project with the packages it is `npx autocircuit`, in a clone",
    "`npm run autocircuit --`.",
    "",
    "Exit codes: 0 done, 1 failed, 2 wrong usage or input, 3 a circuit that does not pass its tests, 130 interrupted, 143 ended by SIGTERM. What the codes of",
    "errors mean: [Errors by code](errors.md).",
    "",
    block(overview),
    "",
    sections.join("\n\n"),
    "",
  ];
  writePage("command-line.md", text.join("\n"));
}

function block(text) {
  return `\`\`\`text\n${text.trimEnd()}\n\`\`\``;
}
