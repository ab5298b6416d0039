import { gpt2Tokenizer } from "@autocircuit/models";
import { describe, expect, it } from "vitest";
import { animalDietPrompts } from "../tasks/animal-diet/prompts.ts";
import { capitalCitiesPrompts } from "../tasks/capital-cities/prompts.ts";
import { docstringPrompts } from "../tasks/docstring/prompts.ts";
import { greaterthanPrompts } from "../tasks/greaterthan/prompts.ts";
import { IOI_TEMPLATE_COUNT, ioiPrompts } from "../tasks/ioi/prompts.ts";
import { NAMES } from "../tasks/ioi/words.ts";
import { sportsPlayersPrompts } from "../tasks/sports-players/prompts.ts";
import type { GeneratedTextPrompts, RawTextPrompt } from "./prompt-file.ts";

const gpt2 = gpt2Tokenizer();
/** The text of each of GPT-2's tokens. */
const decoded = (text: string) => gpt2.encode(text).map((id) => gpt2.token(id)!);
const lengthOf = (text: string) => gpt2.encode(text).length;

const GENERATORS: Record<string, (options?: { seed?: number }) => GeneratedTextPrompts> = {
  "ioi vanilla": (options) => ioiPrompts({ ...options, form: "vanilla" }),
  "ioi mixed": (options) => ioiPrompts({ ...options, form: "mixed" }),
  "ioi template": (options) => ioiPrompts({ ...options, form: { order: "BABA", template: 3 } }),
  greaterthan: greaterthanPrompts,
  docstring: docstringPrompts,
  "sports players": sportsPlayersPrompts,
  "capital cities": capitalCitiesPrompts,
  "animal diet": animalDietPrompts,
};

describe.each(Object.entries(GENERATORS))("prompts of %s", (_, make) => {
  const { prompts, seq_labels, word_idxs } = make();

  it("depend on the seed only", () => {
    expect(make({ seed: 3 })).toEqual(make({ seed: 3 }));
    expect(make({ seed: 3 }).prompts).not.toEqual(prompts);
  });

  it("have answers of one token, right and wrong ones different", () => {
    for (const { answers, wrong_answers } of prompts) {
      expect(answers.length).toBeGreaterThan(0);
      expect(wrong_answers.length).toBeGreaterThan(0);
      for (const answer of [...answers, ...wrong_answers]) expect(lengthOf(answer)).toBe(1);
      expect(answers.filter((answer) => wrong_answers.includes(answer))).toEqual([]);
    }
  });

  it("differ within a pair and occur once", () => {
    for (const { clean, corrupt } of prompts) expect(clean).not.toBe(corrupt);
    expect(new Set(prompts.map(({ clean, corrupt }) => `${clean}|${corrupt}`)).size).toBe(prompts.length);
  });

  it("have labels where they have one form", () => {
    if (seq_labels === undefined) expect(word_idxs).toBeUndefined();
    else for (const position of Object.values(word_idxs!)) expect(position).toBeLessThan(seq_labels.length);
  });
});

describe("IOI", () => {
  const forms = [
    "vanilla" as const,
    ...(["ABBA", "BABA"] as const).flatMap((order) =>
      Array.from({ length: IOI_TEMPLATE_COUNT }, (_, template) => ({ order, template })),
    ),
  ];

  it("has 15 templates in each order", () => {
    expect(forms).toHaveLength(31);
    expect(() => ioiPrompts({ form: { order: "ABBA", template: 15 } })).toThrow(/from 0 to 14/);
  });

  it.each(forms)("%j: GPT-2's tokens at the positions are what word_idxs says", (form) => {
    const { prompts, word_idxs, seq_labels } = ioiPrompts({ form, count: 200 });
    const at = word_idxs as Record<"IO" | "S1" | "S1+1" | "S2" | "end", number>;
    expect(prompts).toHaveLength(200);
    for (const { clean, corrupt, answers, wrong_answers } of prompts) {
      const tokens = decoded(clean);
      const others = decoded(corrupt);
      expect([tokens.length, others.length]).toEqual([seq_labels!.length, seq_labels!.length]);
      expect([tokens[at.IO], tokens[at.S1], tokens[at.S2]]).toEqual([answers[0], wrong_answers[0], wrong_answers[0]]);
      expect(at["S1+1"]).toBe(at.S1 + 1);
      expect([at.end, tokens[at.end]]).toEqual([tokens.length - 1, " to"]);
      const names = [others[at.IO], others[at.S1], others[at.S2]].map((name) => name!.trim());
      expect(new Set([...names, answers[0]!.trim(), wrong_answers[0]!.trim()]).size).toBe(5);
      expect(names.every((name) => NAMES.includes(name))).toBe(true);
      // Apart from the names the two prompts are the same.
      for (const [i, token] of tokens.entries()) {
        if (![at.IO, at.S1, at.S2].includes(i)) expect(others[i]).toBe(token);
      }
    }
    const [first, second] = typeof form === "object" && form.order === "BABA" ? [at.S1, at.IO] : [at.IO, at.S1];
    expect(second).toBe(first + 2);
  });

  it("mixed takes all templates in both orders equally often", () => {
    const { prompts } = ioiPrompts({ count: 300 });
    const ioFirst = prompts.filter(
      ({ clean, answers }) => clean.indexOf(answers[0]!) < clean.indexOf(` ${nameOf(clean)}`),
    );
    expect(ioFirst).toHaveLength(150);
    expect(new Set(prompts.map(({ clean }) => lengthOf(clean))).size).toBeGreaterThan(3);

    function nameOf(clean: string): string {
      const names = clean.match(/[A-Z][a-z]+/g)!.filter((word) => NAMES.includes(word));
      return names.find((name, i) => names.indexOf(name) !== i)!;
    }
  });

  it("says how many words are one token in its grammar", () => {
    // A token a letter, but for some words.
    const knowing = (...words: string[]) => {
      const pieces = (text: string) => (words.includes(text.trim()) ? [text] : [...text]);
      return { encode: (text: string) => pieces(text).map((_, i) => i), pieces };
    };
    const needs = (tokenizer: ReturnType<typeof knowing>) => () => ioiPrompts({ tokenizer });
    expect(needs(knowing("Mary", "John"))).toThrow(/needs 5 names of one token, and only 2 of its 147 are one in this/);
    expect(needs(knowing("Mary"))).toThrow(/and only 1 of its 147 is one in this/);
    expect(() => greaterthanPrompts({ tokenizer: knowing() })).toThrow(
      /needs 1 noun of one token, and none of its 68 is/,
    );
  });

  it("refuses a vocabulary in which names are several tokens", () => {
    const tokenizer = { encode: (text: string) => [...text].map((_, i) => i), pieces: (text: string) => [...text] };
    expect(() => ioiPrompts({ tokenizer })).toThrow(
      /Indirect object identification needs 5 names of one token, and none of its 147 .*" Adam" \(5 tokens\).* of your own/,
    );
  });
});

describe("greater-than", () => {
  const { prompts, word_idxs, seq_labels } = greaterthanPrompts({ count: 200 });
  const at = word_idxs as Record<"noun" | "XX1" | "YY" | "XX2" | "end", number>;

  it("GPT-2's tokens at the positions are century and year", () => {
    for (const { clean, corrupt, answers, wrong_answers } of prompts) {
      const tokens = decoded(clean);
      expect(tokens).toHaveLength(seq_labels!.length);
      const year = tokens[at.YY]!;
      expect(year).toMatch(/^\d\d$/);
      expect(tokens[at.XX1]).toMatch(/^ 1[1-7]$/);
      expect([tokens[at.XX2], at.end]).toEqual([tokens[at.XX1], tokens.length - 1]);
      expect(answers.map(Number)).toEqual(Array.from({ length: 99 - Number(year) }, (_, i) => Number(year) + 1 + i));
      expect(wrong_answers.map(Number)).toEqual(Array.from({ length: Number(year) + 1 }, (_, i) => i));
      expect([...answers, ...wrong_answers].every((answer) => /^\d\d$/.test(answer))).toBe(true);
      expect(decoded(corrupt)).toEqual(tokens.map((token, i) => (i === at.YY ? "01" : token)));
    }
  });
});

describe("docstring", () => {
  const { prompts, word_idxs, seq_labels } = docstringPrompts({ count: 50 });

  it("names the third parameter, which only the clean definition has", () => {
    for (const { clean, corrupt, answers, wrong_answers } of prompts) {
      const parameters = /\(self, (.+)\)/.exec(clean)![1]!.split(", ");
      const described = [...clean.matchAll(/:param (\w+):/g)].map(([, name]) => name);
      expect(parameters).toHaveLength(6);
      expect(described).toEqual(parameters.slice(2, 4));
      expect(answers).toEqual([` ${parameters[4]}`]);
      expect(corrupt).not.toContain(parameters[4]);
      expect(wrong_answers).toHaveLength(10);
      expect(clean.endsWith("\n    :param")).toBe(true);
      expect(clean.split("\n")).toHaveLength(corrupt.split("\n").length);
    }
  });

  it("has AutoCircuit's positions", () => {
    const positions = { A_def: 10, B_def: 12, ",_B": 13, C_def: 14, A_doc: 26, param_2: 32, B_doc: 33, param_3: 39 };
    expect(word_idxs).toEqual(positions);
    expect(seq_labels).toHaveLength(40);
  });
});

describe("sports players", () => {
  it("have names of three tokens at their positions", () => {
    const { prompts, word_idxs, seq_labels } = sportsPlayersPrompts();
    expect(word_idxs).toEqual({ first_name_tok: 12, final_name_tok: 14, end: 18 });
    for (const { clean, corrupt } of prompts) {
      for (const text of [clean, corrupt]) {
        const tokens = decoded(text);
        expect(tokens).toHaveLength(seq_labels!.length);
        expect(text).toContain(`Fact:${tokens.slice(12, 15).join("")} plays the sport of`);
      }
    }
    expect(sportsOf(prompts)).toEqual({ " basketball": 70, " baseball": 70, " football": 70 });
  });

  it("say when a vocabulary leaves too few", () => {
    const pieces = (text: string) => [text];
    expect(() => sportsPlayersPrompts({ tokenizer: { encode: () => [1], pieces } })).toThrow(
      /only 0 of \d+ basketball/,
    );
  });

  function sportsOf(prompts: readonly RawTextPrompt[]) {
    const counts: Record<string, number> = {};
    for (const { answers } of prompts) counts[answers[0]!] = (counts[answers[0]!] ?? 0) + 1;
    return counts;
  }
});

it.each([
  { make: capitalCitiesPrompts, word: "country" },
  { make: animalDietPrompts, word: "animal" },
])("$word: prompts have one length, and differ at the word only", ({ make, word }) => {
  const { prompts, word_idxs, seq_labels } = make();
  for (const { clean, corrupt } of prompts) {
    const tokens = decoded(clean);
    const others = decoded(corrupt);
    expect([tokens.length, others.length]).toEqual([seq_labels!.length, seq_labels!.length]);
    expect(tokens.flatMap((token, i) => (token === others[i] ? [] : [i]))).toEqual([word_idxs![word]]);
  }
});
