import { describe, expect, it } from "vitest";
import { notOneToken } from "./not-one-token.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** Words of a list are one token, everything else one token a letter. */
function words(...known: string[]): Tokenizer & { pieces: (text: string) => string[] } {
  const pieces = (text: string) => (known.includes(text) ? [text] : [...text]);
  return { pieces, encode: (text) => pieces(text).map((_, index) => index) };
}

describe("notOneToken", () => {
  it("shows how the word splits", () => {
    expect(notOneToken("cat", 3, words())).toBe('"cat" is 3 tokens ("c" | "a" | "t"); an answer must be one token');
    expect(notOneToken("", 0, words(" "))).toBe('"" is 0 tokens; an answer must be one token');
    const { encode } = words();
    expect(notOneToken("at", 2, { encode })).toBe('"at" is 2 tokens; an answer must be one token');
  });

  it("says which space makes it one token", () => {
    expect(notOneToken("cat", 3, words(" cat"))).toMatch(/one token, and " cat" \(with a space before it\) is one$/);
    expect(notOneToken(" cat", 4, words("cat"))).toMatch(
      /one token, and "cat" \(without the space before it\) is one$/,
    );
  });
});
