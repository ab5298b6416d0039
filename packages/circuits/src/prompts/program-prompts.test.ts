import { apply, compileLibraryProgram, type LibraryProgramName } from "@autocircuit/tracr";
import { describe, expect, it } from "vitest";
import { tracrTasks as tasks } from "../tasks/registry.ts";
import { programPrompts } from "./program-prompts.ts";

const LIBRARY: { name: string; program: LibraryProgramName; maxSeqLen?: number }[] = [
  { name: "tracr-reverse", program: "reverse" },
  { name: "tracr-hist", program: "hist" },
  { name: "tracr-sort", program: "sort" },
  { name: "tracr-detect-pattern", program: "detect-pattern" },
  { name: "tracr-shuffle-dyck2", program: "shuffle-dyck2", maxSeqLen: 4 },
];

describe.each(LIBRARY)("prompts of $name", ({ name, program, maxSeqLen }) => {
  const compiled = compileLibraryProgram(program, maxSeqLen === undefined ? {} : { maxSeqLen });
  const { prompts } = tasks[name]!.prompts();

  it("differ within a pair, occur once, and start with BOS", () => {
    expect(new Set(prompts.map(({ clean }) => clean.join(" "))).size).toBe(prompts.length);
    for (const { clean, corrupt } of prompts) {
      expect(clean).not.toEqual(corrupt);
      expect([clean[0], corrupt[0]]).toEqual([compiled.input.bos, compiled.input.bos]);
    }
  });

  it("have the answers that the compiled model gives", () => {
    for (const { clean, corrupt, answers, wrong_answers } of prompts.slice(0, 40)) {
      for (const [tokens, expected] of [
        [clean, answers],
        [corrupt, wrong_answers],
      ] as const) {
        const outputs = apply(compiled, compiled.input.decode(tokens.slice(1))).map((value) => [
          compiled.output.id(value),
        ]);
        expect(outputs.slice(-expected.length)).toEqual(expected);
      }
    }
  });
});

describe("programPrompts", () => {
  it("spreads yes and no evenly", () => {
    for (const name of ["tracr-detect-pattern", "tracr-shuffle-dyck2"]) {
      const answers = tasks[name]!.prompts().prompts.map((prompt) => prompt.answers[0]![0]);
      expect(answers.filter((answer) => answer === answers[0])).toHaveLength(answers.length / 2);
    }
  });

  it("refuses positions where the program is undefined", () => {
    const compiled = compileLibraryProgram("detect-pattern");
    expect(() => programPrompts(compiled, { positions: "all", count: 4 })).toThrow(/no output at position 0/);
  });
});
