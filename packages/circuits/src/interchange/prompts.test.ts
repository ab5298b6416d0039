import {
  type RawPrompt,
  readAutocircuitPrompts,
  readEapIgCsv,
  readEdgePruningJsonl,
  yearAnswers,
} from "@autocircuit/core";
import { array, assert, constantFrom, integer, oneof, property, record, string, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { formatPromptFile } from "../prompts/prompt-file.ts";
import { formatEapIgCsv } from "./eap-ig-csv.ts";
import { formatEdgePruningJsonl } from "./edge-pruning-jsonl.ts";
import { unplacedFields } from "./prompt-fields.ts";

const text = string({ unit: "grapheme", minLength: 1 });
const ids = array(integer({ min: 0, max: 50256 }), { minLength: 1, maxLength: 4 });
const years = integer({ min: 0, max: 98 });
const extras = record({ corrupted_hard: text, "": integer().map(String) });

describe("a round trip loses nothing", () => {
  it("as EAP-IG's CSV, with ids and with years", () => {
    const sides = record({ clean: text, corrupt: text });
    const withIds = tuple(sides, ids, ids, extras).map(
      ([pair, answers, wrong_answers, extra]): RawPrompt => ({ ...pair, answers, wrong_answers, extra }),
    );
    const withYears = tuple(sides, years).map(([pair, year]) => ({ ...pair, ...yearAnswers(year, "including") }));
    assert(
      property(oneof(array(withIds, { minLength: 1 }), array(withYears, { minLength: 1 })), (prompts) => {
        expect(readEapIgCsv(formatEapIgCsv({ prompts }))).toEqual({ prompts });
      }),
    );
  });

  it("as Edge-Pruning's JSONL, in each of its forms", () => {
    const word = constantFrom(" Mary", " 17", " bot,", " \u00e9t\u00e9");
    const sides = record({ clean: text, corrupt: text });
    const sentences = tuple(sides, word, word).map(([pair, answer, wrong]) => ({
      ...pair,
      answers: [answer],
      wrong_answers: wrong === answer ? [] : [wrong],
    }));
    const withYears = tuple(sides, years).map(([pair, year]) => ({ ...pair, ...yearAnswers(year, "excluding") }));
    const pronouns = tuple(sides, constantFrom(["he", "she"], ["she", "he"])).map(([pair, [right, wrong]]) => ({
      ...pair,
      answers: [` ${right}`],
      wrong_answers: [` ${wrong}`],
    }));
    const extra = record({ template: text, order: constantFrom("abba", null, 3) });
    const prompt = tuple(oneof(sentences, withYears, pronouns), extra).map(
      ([found, more]): RawPrompt => ({ ...found, extra: more }),
    );
    assert(
      property(array(prompt, { minLength: 1 }), (prompts) => {
        expect(readEdgePruningJsonl(formatEdgePruningJsonl({ prompts }))).toEqual({ prompts });
      }),
    );
  });

  it("as AutoCircuit's JSON", () => {
    const prompt = record({
      clean: oneof(text, ids),
      corrupt: oneof(text, ids),
      answers: ids,
      wrong_answers: array(text),
    });
    const file = record({
      prompts: array(prompt, { minLength: 1 }),
      seq_labels: array(text),
      word_idxs: record({ IO: integer(), "S1+1": integer() }),
    });
    assert(
      property(file, (set) => {
        expect(readAutocircuitPrompts(formatPromptFile(set))).toEqual(set);
      }),
    );
    expect(unplacedFields({ prompts: [], seq_labels: null, word_idxs: { IO: 1 } })).toEqual(["word_idxs"]);
  });
});

describe("EAP-IG's CSV", () => {
  it("has these columns", () => {
    const prompts = [{ clean: 'When "Al", and', corrupt: "b", answers: [5], wrong_answers: [6, 7] }];
    expect(formatEapIgCsv({ prompts })).toBe(
      'clean,corrupted,correct_idx,incorrect_idx\n"When ""Al"", and",b,5,"[6, 7]"\n',
    );
    const year = [{ clean: "a", corrupt: "b", ...yearAnswers(97, "including") }];
    expect(formatEapIgCsv({ prompts: year })).toBe("clean,corrupted,label\na,b,97\n");
    expect(year[0]!.answers).toEqual(["98", "99"]);
    expect(year[0]!.wrong_answers).toHaveLength(98);
  });

  it.each([
    ["country_idx,corrupted_country_idx", "1,2"],
    ["clean_answer_idx,corrupted_answer_idx", "1,2"],
    ["answers_idx,corrupted_answers_idx", '"[1]","[2]"'],
  ])("is read with the columns %s", (columns, cells) => {
    const { prompts } = readEapIgCsv(`\ufeffclean,corrupted,${columns},more\r\nA b,C d,${cells},x\r\n`);
    expect(prompts).toEqual([{ clean: "A b", corrupt: "C d", answers: [1], wrong_answers: [2], extra: { more: "x" } }]);
  });

  it("takes correct_idx as a year where it stands alone", () => {
    expect(readEapIgCsv("clean,corrupted,correct_idx\na,b,98\n").prompts[0]!.answers).toEqual(["99"]);
  });

  it("makes ids of answers given as text", () => {
    const prompts = [{ clean: "a", corrupt: "b", answers: [" Mary"], wrong_answers: [" John"] }];
    const tokenizer = { encode: (answer: string) => (answer === " Mary" ? [5335] : [1, 2]) };
    expect(() => formatEapIgCsv({ prompts })).toThrow(/prompt 0: `answers`: " Mary" is text.*give their `tokenizer`/);
    expect(() => formatEapIgCsv({ prompts }, { tokenizer })).toThrow(/" John" is 2 tokens/);
    const right = [{ ...prompts[0]!, wrong_answers: [" Mary"] }];
    expect(formatEapIgCsv({ prompts: right }, { tokenizer })).toContain("a,b,5335,5335");
  });

  it.each([
    ["", "p.csv: the file is empty"],
    ["clean,label\na,1\n", "p.csv: line 1: no column `corrupted`"],
    ["clean,corrupted\na,b\n", "p.csv: line 1: no columns of answers"],
    ["clean,corrupted,label,label\n", "`label` occurs twice"],
    ["clean,corrupted,label\na,b,1\n\na,b\n", "p.csv: line 4"],
    ['clean,corrupted,label\n"a\nb",c,1\n"open,c,1\n', "p.csv: line 4"],
    ["clean,corrupted,label\na,b,99\n", 'p.csv: line 2: `label` is "99"'],
    ["clean,corrupted,label\n,b,9\n", "line 2: `clean` is empty"],
    ["clean,corrupted,correct_idx,incorrect_idx\na,b,1,x\n", 'line 2: `incorrect_idx` is "x"'],
    ["clean,corrupted,correct_idx,incorrect_idx\na,b,__import__('os'),1\n", "line 2: `correct_idx`"],
  ])("%j is refused", (csv, message) => {
    expect(() => readEapIgCsv(csv, "p.csv")).toThrow(message);
  });
});

describe("Edge-Pruning's JSONL", () => {
  it("is read in its forms", () => {
    const lines = [
      { ioi_sentences: "Al and Bo met. Bo gave to Al", corr_ioi_sentences: "Al and Bo met. Cy gave to Di", a: "Al" },
      { prefix: "from 1742 to 17", corr_prefix: "from 1701 to 17", digits: "96" },
      { prefix: "Ann said that", corr_prefix: "Tom said that", pronoun: "she", corr_pronoun: "he" },
    ];
    const { prompts } = readEdgePruningJsonl(`${lines.map((line) => JSON.stringify(line)).join("\r\n")}\n\n`);
    expect(prompts[0]).toEqual({
      clean: "Al and Bo met. Bo gave to",
      corrupt: "Al and Bo met. Cy gave to",
      answers: [" Al"],
      wrong_answers: [" Di"],
      extra: { a: "Al" },
    });
    expect(prompts[1]!.answers).toEqual(["97", "98", "99"]);
    expect(prompts[1]!.wrong_answers).toHaveLength(96);
    expect(prompts[2]).toMatchObject({ answers: [" she"], wrong_answers: [" he"], extra: { corr_pronoun: "he" } });
  });

  it.each([
    ["", "p.jsonl: the file is empty"],
    ['{"text": "a b", "corr_text": "c d"}\n{"text"', "p.jsonl: line 2: not JSON"],
    ["[1]", "line 1: not a JSON object"],
    ['{"text": "a b"}', "line 1: `corr_text` should be a text"],
    ['{"text": "ab", "corr_text": "c d"}', "line 1: `text` should be a sentence"],
    ['{"prefix": "a", "corr_prefix": "b", "digits": 99}', "`digits` should be"],
    ['{"prefix": "a", "corr_prefix": "b", "pronoun": "it"}', "`pronoun` should be he or she"],
    ['{"__proto__": {"text": "a b", "corr_text": "c d"}}', "`prefix` should be a text"],
  ])("%j is refused", (jsonl, message) => {
    expect(() => readEdgePruningJsonl(jsonl, "p.jsonl")).toThrow(message);
  });

  it("holds texts and one answer only", () => {
    const one = { clean: "a", corrupt: "b", answers: [" c"], wrong_answers: [" d"] };
    const write = (changes: object) => () => formatEdgePruningJsonl({ prompts: [one, { ...one, ...changes }] });
    expect(write({ clean: [1] })).toThrow(/prompt 1: `clean` is given as token ids/);
    expect(write({ answers: [" c", " d"] })).toThrow(/prompt 1: `answers` is .* one answer/);
    expect(write({ answers: [[" c"]] })).toThrow(/prompt 1: answers at several positions/);
    expect(write({ wrong_answers: [4] })).toThrow(/prompt 1: `wrong_answers`/);
  });
});

it("AutoCircuit's JSON is checked", () => {
  expect(() => readAutocircuitPrompts("{", "p.json")).toThrow(/p.json is not JSON/);
  expect(() => readAutocircuitPrompts("{}", "p.json")).toThrow(/not a data set/);
  const one = { clean: "a", corrupt: "b", answers: ["c"], wrong_answers: [] };
  for (const field of Object.keys(one)) {
    const broken = JSON.stringify({ prompts: [one, { ...one, [field]: 1 }] });
    expect(() => readAutocircuitPrompts(broken, "p.json")).toThrow(`p.json: prompts[1]: \`${field}\``);
  }
});
