import { escapeXml } from "../escape.ts";

/** Markup that is safe to insert as it is. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | null | undefined | false | readonly Part[];

/**
 * Template tag: strings are escaped, {@link Html} goes in as it is, lists are joined, null, undefined and false vanish.
 * So forgetting to escape is not possible, only asking for raw markup is.
 */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(strings.map((text, i) => text + (i < parts.length ? show(parts[i]) : "")).join(""));
}

function show(part: Part): string {
  if (part === null || part === undefined || part === false) return "";
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return (part as Part[]).map(show).join("");
  return escapeXml(String(part));
}
