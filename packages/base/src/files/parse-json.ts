import { gitLfsPointer } from "./git-lfs-pointer.ts";

/**
 * Parses the text of a JSON file. A byte order mark at its beginning, as some editors and PowerShell write it, is no part of it.
 *
 * @throws SyntaxError whose message says what is wrong, with the line where the parser knows it: `line 2: Expected ',' ...`
 */
export function parseJson(text: string): unknown {
  const json = withoutMark(text);
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new SyntaxError(gitLfsPointer(json) ?? notUtf8(json) ?? jsonMistake(json, cause), { cause });
  }
}

/** A file's text without the byte order mark that it may begin with. */
export function withoutMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

/** What to say of bytes that were read as UTF-8 and are something else: UTF-16, as PowerShell's `>` writes, or no text at all. */
function notUtf8(text: string): string | undefined {
  // JSON begins with a sign of ASCII, whose second byte in UTF-16 is 0.
  if (/^(\ufffd\ufffd)?(\0[\s[{"]|[\s[{"]\0)/.test(text)) return "it is not UTF-8 (is it UTF-16?); save it as UTF-8";
  return text.startsWith("\ufffd\ufffd") || text.includes("\0") ? "it is no text, but a binary file" : undefined;
}

/** What `JSON.parse` found, with the line. */
function jsonMistake(text: string, cause: unknown): string {
  const { message } = cause as Error;
  const position = /position (\d+)/.exec(message)?.[1];
  const end = message.includes("end of JSON") ? text.length : undefined;
  const place = position === undefined ? end : Number(position);
  return place === undefined ? message : `line ${text.slice(0, place).split("\n").length}: ${message}`;
}
