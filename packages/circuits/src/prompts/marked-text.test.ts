import { expect, it } from "vitest";
import { fillTemplate, tokenMarks } from "./marked-text.ts";

/** Two characters a token. */
const pairs = {
  pieces: (text: string) => text.match(/..?/gs) ?? [],
  encode: (text: string) => (text.match(/..?/gs) ?? []).map((_, i) => i),
};

it("marks where words went", () => {
  expect(fillTemplate("{A} and {B}.", { A: "x", B: "yz" })).toEqual({
    text: "x and yz.",
    marks: [
      { label: "A", start: 0, end: 1 },
      { label: "B", start: 6, end: 8 },
    ],
  });
  expect(() => fillTemplate("{A}{B}", { A: "x" })).toThrow(/a word for \{B\}/);
});

it("finds the tokens of the words, also of several tokens", () => {
  const { labels, first, last } = tokenMarks(fillTemplate("ab{W}h", { W: "cdefg" }), pairs);
  expect(labels).toEqual(["ab", "W", "W", "W"]);
  expect([first, last]).toEqual([{ W: 1 }, { W: 3 }]);
});

it("heeds the space that SentencePiece puts before a text", () => {
  const spaced = { encode: () => [], pieces: (text: string) => [" ", ...text] };
  const { labels, first } = tokenMarks(fillTemplate("a{W}b", { W: "xy" }), spaced);
  expect(labels).toEqual([" ", "a", "W", "W", "b"]);
  expect(first).toEqual({ W: 2 });
});
