import { AutocircuitError } from "@autocircuit/base";

/**
 * Replaces what stands between two marks in a Markdown file, `<!-- NAME:begin -->` and `<!-- NAME:end -->`.
 *
 * @param file named in errors
 * @throws AutocircuitError `bad-file` where the marks are missing
 */
export function betweenMarks(text: string, name: string, content: string, file: string): string {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) {
    throw new AutocircuitError(
      "bad-file",
      `${file} has no marks ${begin} and ${end}, between which a table is written.`,
    );
  }
  const lines = content.trim() === "" ? "" : `${content.trim()}\n`;
  return `${text.slice(0, from + begin.length)}\n${lines}${text.slice(to)}`;
}
