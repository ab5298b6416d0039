import { AutocircuitError } from "@autocircuit/base";

/** A word of a text that matters, and where it lies. */
export interface Mark {
  readonly label: string;
  /** Characters from `start` up to `end`, `end` excluded. */
  readonly start: number;
  readonly end: number;
}

/** A text with marked words. */
export interface MarkedText {
  readonly text: string;
  readonly marks: readonly Mark[];
}

/** What tells where tokens begin and end. */
export interface PieceTokenizer {
  encode(text: string): readonly number[];
  /** The text of each token; together they are the text. */
  pieces(text: string): readonly string[];
}

/** Tokens of a marked text. */
export interface TokenMarks {
  /** For each token its label, or its text where nothing is marked. */
  readonly labels: readonly string[];
  /** First token of each marked word. */
  readonly first: Readonly<Record<string, number>>;
  /** Last token of each marked word. */
  readonly last: Readonly<Record<string, number>>;
}

/**
 * Fills the `{NAME}`s of a template and remembers where each went.
 *
 * @example
 * fillTemplate("When {IO} left", { IO: "Mary" }); // { text: "When Mary left", marks: [{ label: "IO", start: 5, end: 9 }] }
 */
export function fillTemplate(template: string, words: Readonly<Record<string, string>>): MarkedText {
  const marks: Mark[] = [];
  let text = "";
  for (const [i, part] of template.split(/\{([^{}]+)\}/).entries()) {
    const word = i % 2 === 0 ? part : words[part];
    if (word === undefined)
      throw new AutocircuitError("bad-input", `The template needs a word for {${part}}: ${template}`);
    if (i % 2 === 1) marks.push({ label: part, start: text.length, end: text.length + word.length });
    text += word;
  }
  return { text, marks };
}

/** Which tokens the marked words became. A word may be several tokens, and a token's leading space counts to it. */
export function tokenMarks({ text, marks }: MarkedText, tokenizer: PieceTokenizer): TokenMarks {
  const pieces = tokenizer.pieces(text);
  const labels = pieces.map((piece) => piece);
  const first: Record<string, number> = {};
  const last: Record<string, number> = {};
  // SentencePiece puts a space before the first word, which the text does not have.
  let start = pieces[0]?.startsWith(" ") && !text.startsWith(" ") ? -1 : 0;
  for (const [token, piece] of pieces.entries()) {
    const end = start + piece.length;
    for (const mark of marks) {
      if (mark.start >= end || mark.end <= start) continue;
      labels[token] = mark.label;
      first[mark.label] ??= token;
      last[mark.label] = token;
    }
    start = end;
  }
  return { labels, first, last };
}
