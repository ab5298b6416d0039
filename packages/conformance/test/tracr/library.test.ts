import {
  apply,
  compile,
  compileLibraryProgram,
  dynamicIssues,
  evaluate,
  libraryPrograms,
  type Token,
} from "@autocircuit/tracr";
import { describe, expect, test } from "vitest";
import { sampleInputs } from "../../../tracr/test/ablation-inputs.ts";
import { closeValues } from "../../src/tracr/compare.ts";
import { goldenProgram } from "../../src/tracr/golden-program.ts";

const n = null;
const yes = true;
const no = false;

/** Program, vocabulary, longest input, input, output, and layers / heads / d_head / d_mlp / d_model of tracr's model. */
const table: [string, string | readonly Token[], number, string | readonly Token[], unknown[], string][] = [
  ["shift_by_one", "abcd", 5, "abcd", [n, "a", "b", "c"], "1/1/7/1/16"],
  ["shift_by_two", "abcd", 5, "abcd", [n, n, "a", "b"], "1/1/7/1/16"],
  ["detect_pattern_a", "abcd", 5, "bacd", [no, yes, no, no], "1/1/1/2/13"],
  ["detect_pattern_ab", "ab", 5, "aaba", [n, no, yes, no], "2/1/7/4/18"],
  ["detect_pattern_abc", "abc", 6, "abcabc", [n, n, yes, no, no, yes], "3/2/8/6/26"],
  ["reverse_1", "abcd", 5, "abcd", ["d", "c", "b", "a"], "4/1/12/30/43"],
  ["length_categorical_1", "abcd", 3, "ad", [2, 2], "1/1/6/8/15"],
  ["length_numerical_1", "abcd", 3, "abc", [3, 3, 3], "1/1/6/8/12"],
  ["frac_prevs_1", "helo", 5, "hello", [0, 0, 1 / 3, 1 / 2, 2 / 5], "2/1/7/1/14"],
  ["frac_prevs_2", "abc()", 10, "a()b(c))", [0, 1 / 2, 1 / 3, 1 / 4, 2 / 5, 2 / 6, 2 / 7, 2 / 8], "2/1/12/1/20"],
  ["pair_balance_1", "abc()", 10, "a()b(c))", [0, 1 / 2, 0, 0, 1 / 5, 1 / 6, 0, -1 / 8], "2/2/12/4/23"],
  ["shuffle_dyck2_1", "(){}", 5, "({)}", [yes, yes, yes, yes], "8/4/8/212/55"],
  ["shuffle_dyck2_2", "(){}", 5, "(){)}", [no, no, no, no, no], "8/4/8/212/55"],
  ["shuffle_dyck3_1", "(){}[]", 6, "({)[}]", [yes, yes, yes, yes, yes, yes], "9/6/9/438/73"],
  ["shuffle_dyck3_3", "(){}[]", 6, "{}[(]", [no, no, no, no, no], "9/6/9/438/73"],
  ["hist", "abcd", 5, "abac", [2, 1, 2, 1], "1/1/6/12/19"],
  ["sort_unique_1", [1, 2, 3, 4], 5, [2, 4, 3, 1], [1, 2, 3, 4], "2/1/7/12/23"],
  ["sort_unique_2", "abcd", 5, "abcd", ["d", "c", "b", "a"], "3/1/7/12/28"],
  ["sort_1", [1, 2, 3, 4], 5, [2, 4, 1, 2], [1, 2, 2, 4], "3/1/22/20/43"],
  ["sort_2", "abcd", 5, "abcd", ["d", "c", "b", "a"], "4/1/27/25/53"],
  ["sort_freq", [1, 2, 3, 4], 5, [2, 4, 2, 1], [2, 2, 4, 1], "5/1/32/30/66"],
  ["make_count_less_freq_categorical_1", "abcd", 6, "aaabbc", [3, 3, 3, 3, 3, 3], "2/1/9/14/29"],
  ["make_count_less_freq_numerical_1", "abcd", 6, "aacbbc", [6, 6, 6, 6, 6, 6], "2/1/9/14/23"],
  ["make_count_1", "abc", 8, "cabc", [1, 1, 1, 1], "1/1/5/18/24"],
  ["make_count_2", "abc", 8, "bbc", [0, 0, 0], "1/1/5/18/24"],
  ["make_nary_sequencemap_1", [1, 2, 3], 5, [1, 2, 3], [2, 3, 4], "3/1/1/45/74"],
  ["make_nary_sequencemap_2", [1, 2, 3], 3, [1, 2, 3], [0, 1 / 2, 4 / 3], "3/1/1/27/53"],
];

test.each(table)("%s over %s", (name, vocab, maxSeqLen, input, expected, shape) => {
  const program = goldenProgram(name, maxSeqLen)!;
  expect(evaluate(program, [...input])).toEqual(
    expected.map((value) => (value === 0 ? expect.toSatisfy(isZero) : value)),
  );
  const model = compile(program, { vocab: [...vocab], maxSeqLen, bos: "BOS" });
  const { layers, heads, dHead, dMlp, dModel } = model.config;
  expect([layers, heads, dHead, dMlp, dModel].join("/")).toBe(shape);
  for (const mode of ["compatible", "corrected"] as const) {
    const decoded = apply(compile(program, { vocab: [...vocab], maxSeqLen, mode }), [...input]);
    const wrong = expected.filter((value, p) => value !== null && !closeValues(value as Token, decoded[p]!, 1e-6));
    expect(wrong).toEqual([]);
  }
});

function isZero(value: unknown): boolean {
  return value === 0 || value === false;
}

test("the counted length of a causal model is the position", () => {
  const model = compileLibraryProgram("length", { causal: true });
  expect(apply(model, ["a", "b", "c", "d"])).toEqual([1, 2, 3, 4]);
  expect(evaluate(model.program, ["a", "b", "c", "d"], { causal: true })).toEqual([1, 2, 3, 4]);
});

describe.each(Object.keys(libraryPrograms))("%s", (name) => {
  test.each(["compatible", "corrected"] as const)("%s model and evaluator agree", (mode) => {
    const model = compileLibraryProgram(name, { mode });
    let compared = 0;
    for (const input of sampleInputs(model, 16)) {
      if (dynamicIssues(model.program, input).length > 0) continue;
      compared++;
      const decoded = apply(model, input);
      const expected = evaluate(model.program, input);
      expect(expected.filter((value, p) => value !== null && !closeValues(value, decoded[p]!, 1e-6))).toEqual([]);
    }
    expect(compared).toBeGreaterThan(0);
  });
});

test("an unknown library program is an error that lists the known ones", () => {
  expect(() => compileLibraryProgram("revers")).toThrow(/no program "revers"; there are reverse, xproportion/);
});
