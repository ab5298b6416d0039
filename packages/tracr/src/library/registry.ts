import { type CompiledModel, compile } from "../compile/compile.ts";
import type { CompileOptions } from "../compile/options.ts";
import { indices, tokens, tokensOf } from "../language/primitives.ts";
import type { SOp } from "../language/sop.ts";
import { RaspError } from "../rasp-error.ts";
import type { Token } from "../values/value.ts";
import { makeCount, makeCountLessFreq, makeHist, makeSort, makeSortFreq, makeSortUnique } from "./counting-programs.ts";
import { makeFracPrevs, makePairBalance, makeShuffleDyck, xproportionProgram } from "./fraction-programs.ts";
import {
  makeDetectPattern,
  makeLength,
  makeNarySequenceMap,
  makeReverse,
  makeShiftBy,
  reverseProgram,
} from "./position-programs.ts";

/** A ready-made program with the options it is usually compiled with. */
export interface LibraryProgram {
  /** Makes the program; it may depend on the longest input. */
  readonly program: (maxSeqLen: number) => SOp;
  readonly vocab: readonly Token[];
  readonly maxSeqLen: number;
  /** Name of the BOS token where it is not the compiler's default. */
  readonly bos?: string;
  readonly description: string;
}

const letters = ["a", "b", "c", "d"];

const programs = {
  reverse: {
    program: reverseProgram,
    vocab: [1, 2, 3],
    maxSeqLen: 5,
    bos: "BOS",
    description: "the input backwards (the model of AutoCircuit and ACDC)",
  },
  xproportion: {
    program: xproportionProgram,
    vocab: ["w", "x", "y", "z"],
    maxSeqLen: 5,
    bos: "BOS",
    description: "fraction of x among the tokens so far (the model of AutoCircuit and ACDC)",
  },
  length: { program: makeLength, vocab: letters, maxSeqLen: 5, description: "number of tokens" },
  "reverse-named": {
    program: () => makeReverse(tokens),
    vocab: letters,
    maxSeqLen: 5,
    description: "the input backwards, with named steps",
  },
  "frac-prevs": {
    program: () => makeFracPrevs(tokens.eq("l")),
    vocab: ["h", "e", "l", "o"],
    maxSeqLen: 5,
    description: "fraction of l among the tokens so far",
  },
  "pair-balance": {
    program: () => makePairBalance(tokens, "(", ")"),
    vocab: ["a", "b", "c", "(", ")"],
    maxSeqLen: 10,
    description: "fraction of ( minus fraction of ) so far",
  },
  "shuffle-dyck1": {
    program: () => makeShuffleDyck(["()"]),
    vocab: ["(", ")"],
    maxSeqLen: 5,
    description: "whether the brackets () are balanced",
  },
  "shuffle-dyck2": {
    program: () => makeShuffleDyck(["()", "{}"]),
    vocab: ["(", ")", "{", "}"],
    maxSeqLen: 5,
    description: "whether (){} are balanced, each kind by itself",
  },
  "shuffle-dyck3": {
    program: () => makeShuffleDyck(["()", "{}", "[]"]),
    vocab: ["(", ")", "{", "}", "[", "]"],
    maxSeqLen: 6,
    description: "whether (){}[] are balanced, each kind by itself",
  },
  hist: { program: makeHist, vocab: letters, maxSeqLen: 5, description: "how often each token occurs" },
  "sort-unique": {
    program: () => makeSortUnique(tokens, tokens),
    vocab: [1, 2, 3, 4],
    maxSeqLen: 4,
    description: "the tokens in order, if all differ",
  },
  sort: {
    program: (maxSeqLen) => makeSort(tokens, tokensOf<number>(), { maxSeqLen, minKey: 1 }),
    vocab: [1, 2, 3, 4],
    maxSeqLen: 5,
    description: "the tokens in order",
  },
  "sort-freq": {
    program: makeSortFreq,
    vocab: [1, 2, 3, 4],
    maxSeqLen: 5,
    description: "the tokens, most frequent first",
  },
  "shift-by": {
    program: () => makeShiftBy(1, tokens),
    vocab: letters,
    maxSeqLen: 5,
    description: "the previous token",
  },
  "detect-pattern": {
    program: () => makeDetectPattern(tokens, ["a", "b", "c"]),
    vocab: ["a", "b", "c"],
    maxSeqLen: 6,
    description: "whether the last three tokens are a b c",
  },
  count: {
    program: () => makeCount(tokens, "a"),
    vocab: ["a", "b", "c"],
    maxSeqLen: 6,
    description: "how often a occurs",
  },
  "count-less-freq": {
    program: () => makeCountLessFreq(2),
    vocab: letters,
    maxSeqLen: 6,
    description: "how many tokens occur at most twice",
  },
  "nary-map": {
    program: () => {
      const token = tokensOf<number>();
      return makeNarySequenceMap((x: number, y: number, z: number) => x + y - z, token, token, indices);
    },
    vocab: [1, 2, 3],
    maxSeqLen: 5,
    description: "twice the token minus its position, through tuples",
  },
} satisfies Record<string, LibraryProgram>;

/** Names of the ready-made programs. */
export type LibraryProgramName = keyof typeof programs;

/** The ready-made programs by name. */
export const libraryPrograms: Readonly<Record<LibraryProgramName, LibraryProgram>> = programs;

/**
 * Compiles a ready-made program, with its usual options unless told otherwise.
 *
 * @throws RaspError for an unknown name, listing the known ones
 * @example
 * const model = compileLibraryProgram("reverse");
 */
export function compileLibraryProgram(name: string, options: Partial<CompileOptions> = {}): CompiledModel {
  if (!Object.hasOwn(libraryPrograms, name)) {
    throw new RaspError(
      "bad-input",
      `there is no program "${name}"; there are ${Object.keys(libraryPrograms).join(", ")}`,
    );
  }
  const { program, vocab, maxSeqLen, bos } = libraryPrograms[name as LibraryProgramName];
  const settings = { vocab, maxSeqLen, ...(bos === undefined ? {} : { bos }), ...options };
  return compile(program(settings.maxSeqLen), settings);
}
