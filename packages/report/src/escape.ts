const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

// C0 and C1 controls, byte-order mark, and the marks that reorder or hide text ("trojan source"): XML 1.0 forbids some,
// a terminal obeys others, and none belongs in a name.
const controls = /[\p{Cc}\p{Cs}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]/gu;

/** Text with control and invisible characters written out, `\u{1b}`; tabs and line ends become spaces. */
export function visible(text: string): string {
  return text.replace(/[\t\n\r]+/g, " ").replace(controls, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`);
}

/** Text made safe for XML and HTML, in content and in quoted attributes. */
export function escapeXml(text: string): string {
  return visible(text).replace(/[&<>"']/g, (c) => entities[c]!);
}
