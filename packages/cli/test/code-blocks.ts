import { pages, textOf } from "./command-lines.ts";

/** A block of code on a page. */
export interface CodeBlock {
  /** Page and line: `docs/cuda.md:28`. */
  where: string;
  language: string;
  code: string;
  /** What it needs that a test has not, as the comment `<!-- not run: ... -->` before it says. */
  needs: string | undefined;
}

/** The blocks of code of README, docs and guides. */
export function codeBlocks(): CodeBlock[] {
  return pages().flatMap((page) => {
    const text = textOf(page);
    const blocks = text.matchAll(/(?:^<!-- not run: ([^\n]*) -->\n+)?^```([a-z]*)[^\n]*\n([\s\S]*?)^```$/gm);
    return Array.from(blocks, ([whole, needs, language, code]) => {
      const line =
        text.slice(0, text.indexOf(whole)).split("\n").length +
        whole.slice(0, whole.indexOf("```")).split("\n").length -
        1;
      return { where: `${page}:${line}`, language: language!, code: code!, needs };
    });
  });
}
