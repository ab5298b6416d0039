import { type CircuitTests, type CircuitVerdict, testNotes, usualTestSettings as usual } from "@autocircuit/metrics";
import { DISCOVER_FLAGS, type Flags, flagsNamed, inFlagNames } from "../support/in-flags.ts";

/** How tests are made. */
export interface TestSettings {
  /** Random circuits. */
  readonly random: number;
  readonly quantile: number;
  /** Edges that minimality tries, at most. */
  readonly mostEdges: number;
  readonly level: number;
}

/** What was not asked for is as `testCircuit` has it. */
export function testSettings(asked: { readonly [Name in keyof TestSettings]?: number | undefined } = {}): TestSettings {
  const { random = usual.random, quantile = usual.quantile, mostEdges = usual.mostEdges, level = usual.level } = asked;
  return { random, quantile, mostEdges, level };
}

/** Flags of `test` that its notes name. */
export const TEST_FLAGS: Flags = flagsNamed(["--random", "--batch-count"]);

/** The library's notes on tests in the command's words, and what the texts of verdicts leave out, in a line each. */
export function testLines(
  tested: CircuitTests,
  settings: TestSettings = testSettings(),
  flags = DISCOVER_FLAGS,
): string[] {
  return [
    ...testNotes(tested, settings).map((note) => inFlagNames(note, flags)),
    ...tested.verdicts.flatMap(unnamedEdges),
  ];
}

/** Where the edges are that a verdict's text leaves out. */
function unnamedEdges({ test, text, notMinimal = [] }: CircuitVerdict): string[] {
  if (notMinimal.every(({ edge }) => text.includes(edge))) return [];
  return [
    `--json writes all ${notMinimal.length} edges that do too little, as \`notMinimal\` of the verdict of ${test}.`,
  ];
}
