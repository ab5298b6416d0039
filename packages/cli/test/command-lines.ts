import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./run-program.ts";

/** The project's folder. */
export const root = fileURLToPath(new URL("../../..", import.meta.url));

/** A command line as it is written somewhere, without what stands before `autocircuit`'s arguments. */
export interface WrittenCommand {
  /** File, or `NAME --help`. */
  where: string;
  /** The line as written. */
  line: string;
  /** What `autocircuit` is given. */
  args: string[];
}

const STARTS = ["npm run autocircuit -- ", "npx autocircuit ", "autocircuit "];

/** README, the pages in docs and their guides. */
export function pages(): string[] {
  return ["README.md", ...["docs", "docs/guides"].flatMap(pagesIn)];
}

function pagesIn(folder: string): string[] {
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith(".md"));
  return names.map((name) => `${folder}/${name}`);
}

export const textOf = (page: string) => readFileSync(join(root, page), "utf8");

/** Command lines of README, docs and the data sets' page: in blocks of code, and alone between backticks. */
export function inPages(): WrittenCommand[] {
  return [...pages(), "datasets/README.md"].flatMap((page) =>
    linesOfPage(textOf(page)).flatMap((line) => commandOf(line, page)),
  );
}

/** Npm scripts that the pages name. */
export function npmScriptsInPages(): { where: string; script: string }[] {
  return pages().flatMap((where) =>
    Array.from(textOf(where).matchAll(/npm (?:run )?([a-z][a-z0-9:]*)/g), ([, script]) => ({ where, script: script! })),
  );
}

/** The examples of every command's `--help`. */
export async function inHelp(): Promise<WrittenCommand[]> {
  const { out } = await run(["--help"]);
  const names = Array.from(out.matchAll(/^ {2}([a-z]+)(?: |$)/gm), ([, name]) => [name!]).filter(
    ([name]) => name !== "help",
  );
  const commands: string[][] = [];
  for (const name of names) {
    const below = (await run([...name, "--help"])).out.split("\nCommands:\n")[1];
    const parts = Array.from(below?.matchAll(/^ {2}([a-z]+)(?: |$)/gm) ?? [], ([, part]) => part!);
    commands.push(
      ...(below === undefined ? [name] : parts.filter((part) => part !== "help").map((part) => [...name, part])),
    );
  }
  const found: WrittenCommand[] = [];
  for (const command of commands) {
    const help = await run([...command, "--help"]);
    const examples = help.out.split("Examples:\n")[1];
    if (examples === undefined) throw new Error(`${command.join(" ")} --help has no examples.`);
    found.push(...examples.split("\n").flatMap((line) => commandOf(line.trim(), `${command.join(" ")} --help`)));
  }
  return found;
}

function linesOfPage(text: string): string[] {
  const blocks = Array.from(text.matchAll(/^```(?:sh)?\n([\s\S]*?)^```$/gm), ([, block]) => block!);
  const inline = Array.from(text.replace(/^```[\s\S]*?^```$/gm, "").matchAll(/`([^`]+)`/g), ([, code]) =>
    code!.replace(/\s+/g, " "),
  );
  return [...blocks.flatMap((block) => block.replaceAll(/\\\n\s*/g, "").split("\n")), ...inline];
}

function commandOf(written: string, where: string): WrittenCommand[] {
  const line = written.replace(/^(?:[A-Z_]+=\S+ )+/, "").trim();
  const start = STARTS.find((text) => line.startsWith(text));
  const args = start === undefined ? [] : words(line.slice(start.length));
  // Prose names a command (`autocircuit datasets`) or leaves a name open (`compile NAME`); neither is a line to run.
  const open = args.some((arg) => /^[A-Z]+$/.test(arg) || arg === "...");
  return args.length === 0 || open ? [] : [{ where, line, args }];
}

/** Words as a shell has them: quotes, and comments behind a space. */
export function words(text: string): string[] {
  const found: string[] = [];
  for (const [, double, single, plain, comment] of text.matchAll(/"([^"]*)"|'([^']*)'|([^\s"'#]\S*)|(#.*$)/g)) {
    if (comment !== undefined) break;
    found.push(double ?? single ?? plain!);
  }
  return found;
}
