import {
  type CircuitTestName,
  type CircuitTests,
  type CircuitVerdict,
  type TestCaveat,
  testCaveats,
  usualTestSettings as usual,
} from "@autocircuit/metrics";

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

/** What tests with so few prompts or random circuits cannot show, and what their texts leave out, in a line each. */
export function caveatLines(
  tested: Pick<CircuitTests, "verdicts" | "distinct" | "edges">,
  settings: TestSettings = testSettings(),
): string[] {
  return [
    ...testCaveats(tested, settings).map((caveat) => `${caveatText(caveat)}.`),
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

function caveatText({ kind, tests, of, count, least, edges }: TestCaveat): string {
  const shown = listed(tests);
  if (kind === "nothing-tested") return "nothing was tested: none of the tests that were asked for could be made";
  if (of === "prompts")
    return kind === "never-told"
      ? `${shown} cannot tell with ${count} prompts, which do not show that one circuit is nearer than another: ${least} are needed, --batch-count takes more`
      : `${shown} cannot be refused with ${count} prompts, ${WORST[tests[0]!]}: ${least} are needed`;
  const random = count === 1 ? "1 random circuit" : `${count} random circuits`;
  if (kind === "never-shown")
    return `${shown} cannot be shown with ${random}, were all of them beaten: --random ${least} is the least`;
  return `${shown} cannot be refused with ${random} and ${edges} edges to try: --random ${least} is the least`;
}

/** With commas, and "and" before the last. */
function listed(tests: readonly CircuitTestName[]): string {
  const [last, ...rest] = tests.toReversed();
  return rest.length === 0 ? `${last}` : `${rest.reverse().join(", ")} and ${last}`;
}

/** What speaks most against a circuit, by test. */
const WORST: Partial<Record<CircuitTestName, string>> = {
  equivalence: "were the circuit worse on each",
  independence: "did their scores go together as well as they can",
};
