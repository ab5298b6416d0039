import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./command-lines.ts";

/** The code below an `@example` of a source file. */
export interface DocExample {
  /** File and line: `packages/core/src/graph/graph.ts:41`. */
  where: string;
  file: string;
  /** The package it is of: `core`. */
  of: string;
  /** What is documented, where that has a name of its own. */
  documented: string | undefined;
  code: string;
}

const DECLARED = /^export (?:default )?(?:abstract )?(?:async )?(?:function\*?|class|const) (\w+)/;

/** Every `@example` of the packages' sources, tests aside. */
export function docExamples(): DocExample[] {
  const folders = ["native/lib", ...readdirSync(join(root, "packages")).map((name) => `packages/${name}/src`)];
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
      .flatMap((name) => examplesIn(join(folder, name), folder === "native/lib" ? "native" : dirname(folder).slice(9))),
  );
}

function examplesIn(file: string, of: string): DocExample[] {
  const text = readFileSync(join(root, file), "utf8");
  return Array.from(text.matchAll(/\/\*\*(?:(?!\*\/)[\s\S])*?@example(?:(?!\*\/)[\s\S])*\*\/\n([^\n]*)/g)).flatMap(
    ({ 0: whole, 1: below, index }) => {
      const comment = whole.slice(0, whole.lastIndexOf("*/"));
      return Array.from(comment.matchAll(/@example([\s\S]*?)(?=\n *\* @|$)/g), (found) => ({
        where: `${file}:${text.slice(0, index + found.index).split("\n").length}`,
        ...{ file, of, documented: DECLARED.exec(below!.trim())?.[1], code: codeOf(found[1]!) },
      }));
    },
  );
}

/** Without the stars of the comment and the fence around it. */
function codeOf(example: string): string {
  const lines = example.split("\n").map((line) => line.replace(/^\s*\* ?/, ""));
  return lines
    .filter((line) => !line.startsWith("```"))
    .join("\n")
    .trim();
}
