// Scripts set in full-width cells: Hangul Jamo, CJK, Hangul, compatibility forms, emoji.
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const combining = /\p{M}/u;
const narrow = /[ .,:;'|!iIjlftr()[\]-]/;

/** Terminal cells a text takes. */
export function cells(text: string): number {
  let count = 0;
  for (const c of text) count += combining.test(c) ? 0 : wide.test(c) ? 2 : 1;
  return count;
}

/** Estimated width in pixels of sans-serif text: there is no font to measure, so it errs on the wide side. */
export function pixels(text: string, size: number): number {
  let width = 0;
  for (const c of text) {
    if (combining.test(c)) continue;
    width += wide.test(c) ? 1.02 : narrow.test(c) ? 0.38 : /[A-Z@%&mw]/.test(c) ? 0.74 : 0.62;
  }
  return width * size;
}

/** The text, cut with an ellipsis where `measure` says it would be wider than `limit`. */
export function fit(text: string, limit: number, measure: (text: string) => number): string {
  if (measure(text) <= limit) return text;
  const letters = [...text];
  while (letters.length > 1 && measure(`${letters.join("")}…`) > limit) letters.pop();
  return `${letters.join("").trimEnd()}…`;
}

/** Words set in lines no wider than `limit`; a word that is wider stands alone. */
export function wrap(text: string, limit: number, measure: (text: string) => number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ").filter(Boolean)) {
    const longer = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && measure(longer) <= limit) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
