import {
  indices,
  makeCount,
  makeCountLessFreq,
  makeDetectPattern,
  makeFracPrevs,
  makeHist,
  makeLength,
  makeNarySequenceMap,
  makePairBalance,
  makeReverse,
  makeShiftBy,
  makeShuffleDyck,
  makeSort,
  makeSortFreq,
  makeSortUnique,
  reverseProgram,
  type SOp,
  select,
  selectorWidth,
  tokens,
  tokensOf,
  xproportionProgram,
} from "@autocircuit/tracr";

type Make = (maxSeqLen: number, match: RegExpExecArray) => SOp;

const number = tokensOf<number>();
const keysOf = (which: string | undefined): SOp<number, "categorical"> => (which === "2" ? indices.rsub(1) : number);
const fractions: Readonly<Record<string, string>> = { 1: "l", 2: "(", 3: ")" };
const shifts: Readonly<Record<string, number>> = { one: 1, two: 2, three: 3 };
const brackets = ["()", "{}", "[]"];

/** Names of golden cases; a trailing number mostly tells the input, sometimes the keys or the function. */
const makers: readonly [RegExp, Make][] = [
  [/^frac_prevs_(\d)$/, (_, match) => makeFracPrevs(tokens.eq(fractions[match[1]!] ?? "l"))],
  [/^shift_by_(one|two|three)/, (_, match) => makeShiftBy(shifts[match[1]!]!, tokens)],
  [/^detect_pattern_([a-z]+)/, (_, match) => makeDetectPattern(tokens, [...match[1]!])],
  [/^reverse/, () => makeReverse(tokens)],
  [/^length_numerical/, () => makeLength().numerical()],
  [/^length/, makeLength],
  [/^pair_balance/, () => makePairBalance(tokens, "(", ")")],
  [/^shuffle_dyck(\d)/, (_, match) => makeShuffleDyck(brackets.slice(0, Number(match[1])))],
  [/^hist/, makeHist],
  [/^sort_unique_?(\d?)/, (_, match) => makeSortUnique(tokens, keysOf(match[1]))],
  [/^sort_freq/, (maxSeqLen) => makeSortFreq(maxSeqLen)],
  [/^sort_?(\d?)/, (maxSeqLen, match) => makeSort(tokens, keysOf(match[1]), { maxSeqLen, minKey: 1 })],
  [/^count_less_freq_numerical/, () => makeCountLessFreq(2).numerical()],
  [/^count_less_freq/, () => makeCountLessFreq(2)],
  [/^count/, () => makeCount(tokens, "a")],
  [
    /^nary_sequencemap_2/,
    () =>
      makeNarySequenceMap((x: number, y: number, z: number) => (x * y) / z, indices, indices, number).annotated({
        floats: true,
      }),
  ],
  [
    /^nary_sequencemap/,
    () => makeNarySequenceMap((x: number, y: number, z: number) => x + y - z, number, number, indices),
  ],
  [/^selector_width/, () => selectorWidth(select(tokens, tokens, "true"))],
];

/** The program of a golden library case, or `null` if the name is not known. */
export function goldenProgram(name: string, maxSeqLen: number): SOp | null {
  const short = name.replace(/^make_/, "");
  for (const [pattern, make] of makers) {
    const match = pattern.exec(short);
    if (match !== null) return make(maxSeqLen, match);
  }
  return null;
}

/** The program of a golden model, or `null` if the task is not known. */
export function goldenTask(task: string): SOp | null {
  if (task === "reverse") return reverseProgram();
  return task === "xproportion" ? xproportionProgram() : null;
}
