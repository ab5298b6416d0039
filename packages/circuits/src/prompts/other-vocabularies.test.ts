import { describe, expect, it } from "vitest";
import { animalDietPrompts } from "../tasks/animal-diet/prompts.ts";
import { capitalCitiesPrompts } from "../tasks/capital-cities/prompts.ts";
import { docstringPrompts } from "../tasks/docstring/prompts.ts";
import { greaterthanPrompts } from "../tasks/greaterthan/prompts.ts";
import { ioiPrompts } from "../tasks/ioi/prompts.ts";
import { sportsPlayersPrompts } from "../tasks/sports-players/prompts.ts";
import type { PieceTokenizer } from "./marked-text.ts";
import type { GeneratedTextPrompts } from "./prompt-file.ts";

/** A vocabulary of words and single digits, in which some words are two tokens. */
function vocabulary(splits: (word: string) => boolean, form: "bytes" | "sentences" = "bytes"): PieceTokenizer {
  const ids = new Map<string, number>();
  const pieces = (given: string) => {
    const text = form === "sentences" ? ` ${given}` : given;
    return (text.match(/\s+(?=\s)| ?[A-Za-z]+|\d|[^A-Za-z\d]/g) ?? []).flatMap((piece) => {
      const word = piece.trim();
      return /^[A-Za-z]/.test(word) && splits(word) ? [piece.slice(0, -1), piece.slice(-1)] : [piece];
    });
  };
  const id = (piece: string) => ids.get(piece) ?? ids.set(piece, ids.size).size - 1;
  return { pieces, encode: (text) => pieces(text).map(id) };
}

const withoutE = vocabulary((word) => /e$/.test(word));

const GENERATORS: Record<string, (options: { tokenizer: PieceTokenizer; count: number }) => GeneratedTextPrompts> = {
  "ioi vanilla": (options) => ioiPrompts({ ...options, form: "vanilla" }),
  "ioi template": (options) => ioiPrompts({ ...options, form: { order: "ABBA", template: 2 } }),
  greaterthan: greaterthanPrompts,
  docstring: docstringPrompts,
  "sports players": sportsPlayersPrompts,
  "capital cities": capitalCitiesPrompts,
  "animal diet": animalDietPrompts,
};

describe.each(Object.entries(GENERATORS))("%s in another vocabulary", (_, make) => {
  const { prompts, seq_labels, word_idxs } = make({ tokenizer: withoutE, count: 60 });

  it("has answers of one token, and prompts of one length", () => {
    expect(prompts).toHaveLength(60);
    for (const { clean, corrupt, answers, wrong_answers } of prompts) {
      for (const answer of [...answers, ...wrong_answers]) expect(withoutE.encode(answer)).toHaveLength(1);
      expect([withoutE.encode(clean).length, withoutE.encode(corrupt).length]).toEqual([
        seq_labels!.length,
        seq_labels!.length,
      ]);
    }
    for (const position of Object.values(word_idxs ?? {})) expect(position).toBeLessThan(seq_labels!.length);
  });
});

it("leaves out names, places and things of several tokens", () => {
  const { prompts } = ioiPrompts({ tokenizer: withoutE, count: 200, form: "vanilla" });
  const words = prompts.flatMap(({ clean }) =>
    /^When (\w+) and (\w+) .* the (\w+), .* gave a (\w+) to$/.exec(clean)!.slice(1),
  );
  expect(words.filter((word) => word.endsWith("e"))).toEqual([]);
  expect(words).toContain("Mary");
});

it("answers without the space that SentencePiece adds", () => {
  const tokenizer = vocabulary(() => false, "sentences");
  const { prompts, word_idxs } = ioiPrompts({ tokenizer, count: 20, form: "vanilla" });
  const at = word_idxs as Record<string, number>;
  for (const { clean, answers } of prompts) {
    expect(answers[0]).toMatch(/^[A-Z][a-z]+$/);
    expect(tokenizer.pieces(clean)[at.IO!]).toBe(` ${answers[0]}`);
  }
});

describe("greater-than where each digit is a token", () => {
  const { prompts, word_idxs } = greaterthanPrompts({ tokenizer: withoutE, count: 200 });

  it("asks for the next digit", () => {
    for (const { clean, corrupt, answers, wrong_answers } of prompts) {
      const [, century, tens] = / year (\d\d)(\d)\d to the year (\d\d)$/.exec(clean)!;
      expect(clean.endsWith(century!)).toBe(true);
      expect(answers).toEqual(["1", "2", "3", "4", "5", "6", "7", "8", "9"].filter((digit) => digit > tens!));
      expect(wrong_answers).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8"].filter((digit) => digit < tens!));
      expect(corrupt).toBe(clean.replace(/ \d{4} /, ` ${century}01 `));
      expect(
        withoutE
          .pieces(clean)
          .slice(word_idxs!.YY, word_idxs!.YY! + 2)
          .join(""),
      ).toMatch(/^\d\d$/);
    }
  });

  it("refuses a vocabulary that splits years otherwise", () => {
    const pieces = (text: string) => text.match(/ ?[A-Za-z]+|\d{1,3}|./g) ?? [];
    const tokenizer = { pieces, encode: (text: string) => pieces(text).map((_, i) => i) };
    expect(() => greaterthanPrompts({ tokenizer })).toThrow(/it makes " " \| "173" \| "2" of " 1732"/);
  });
});

describe("a vocabulary with too few words of one token", () => {
  it.each(Object.entries(GENERATORS))("%s says what is missing, and what to do", (_, make) => {
    const letters = { encode: (text: string) => [...text].map((_, i) => i), pieces: (text: string) => [...text] };
    expect(() => make({ tokenizer: letters, count: 10 })).toThrow(/ of one token, and none of its .* of your own/);
  });
});
