/**
 * Reads XML (or the part of HTML our pages use) strictly enough to notice markup that breaks out of its place: tags must
 * nest, attributes be quoted, and no raw `<` or `&` stand in text. Returns every element with its attributes and the
 * text directly inside.
 *
 * @throws Error where the markup is not well formed.
 */
export function parseMarkup(markup: string): Element[] {
  const voids = new Set(["meta", "!doctype"]);
  const elements: Element[] = [];
  const open: Element[] = [];
  let at = 0;
  const fail = (what: string): never => {
    throw new Error(`${what} at "${markup.slice(Math.max(0, at - 40), at + 60)}"`);
  };
  while (at < markup.length) {
    const next = markup.indexOf("<", at);
    const text = markup.slice(at, next < 0 ? undefined : next);
    if (/&(?!(?:amp|lt|gt|quot|#39|#\d+);)/.test(text)) fail("raw &");
    if (open.length > 0) open.at(-1)!.text += plain(text);
    if (next < 0) break;
    at = next;
    const tag = /^<(\/?)([!A-Za-z][\w:-]*)((?:\s+[\w:-]+(?:="[^"<]*")?)*)\s*(\/?)>/.exec(markup.slice(at));
    if (!tag) return fail("malformed tag");
    const [whole, slash, name, rest, selfClosed] = tag as unknown as [string, string, string, string, string];
    at += whole.length;
    if (slash) {
      if (open.pop()?.name !== name) fail(`unexpected </${name}>`);
      continue;
    }
    const attributes = Object.fromEntries(
      [...rest.matchAll(/([\w:-]+)(?:="([^"]*)")?/g)].map((match) => [match[1]!, plain(match[2] ?? "")]),
    );
    const element = { name, attributes, text: "", parent: open.at(-1) ?? null };
    elements.push(element);
    if (name === "style" || name === "script") {
      const end = markup.indexOf(`</${name}>`, at);
      at = end + name.length + 3;
    } else if (!selfClosed && !voids.has(name)) open.push(element);
  }
  if (open.length > 0) fail(`<${open.at(-1)!.name}> not closed`);
  return elements;
}

/** An element of parsed markup. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
  readonly parent: Element | null;
}

/** Elements that have all the classes. */
export function withClass(elements: readonly Element[], ...classes: string[]): Element[] {
  return elements.filter((element) => {
    const own = (element.attributes.class ?? "").split(" ");
    return classes.every((name) => own.includes(name));
  });
}

function plain(text: string): string {
  const named: Record<string, string> = { lt: "<", gt: ">", quot: '"', "#39": "'", amp: "&" };
  return text.replace(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => named[name]!);
}
