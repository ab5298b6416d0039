import type { CircuitTestName, CircuitTests, CircuitVerdict } from "@autocircuit/metrics";

/** Fewer prompts than these are said to be few. */
export const FEW_PROMPTS = 20;

/** How the tests were made. */
export interface TestsMade {
  readonly tests: readonly CircuitTestName[];
  readonly prompts: number;
  /** Random circuits. */
  readonly random: number;
  /** Edges that minimality tried. */
  readonly edges: number;
  readonly quantile: number;
  readonly level: number;
}

/** What tests with so few prompts or random circuits cannot show, in a line each; none where both are enough. */
export function caveats({ tests, prompts, random, edges, quantile, level }: TestsMade): string[] {
  const of = (...names: CircuitTestName[]) => names.filter((name) => tests.includes(name)).join(" and ");
  const lines: string[] = [];
  // Even where every prompt goes the same way; see `equivalenceTest`, whose epsilon is 0.1.
  const leastP = (n: number) => 0.6 ** n + 0.4 ** n;
  if (of("equivalence") && leastP(prompts) > level)
    lines.push(
      `equivalence cannot be refused with ${prompts} prompts, were the circuit worse on each: ${first((n) => leastP(n) <= level)} are needed`,
    );
  const shown = of("sufficiency", "partial-necessity");
  if (shown && quantile ** random > level)
    lines.push(
      `${shown} cannot be shown with ${counted(random)}, were all of them beaten: --random ${first((n) => quantile ** n <= level)} is the least`,
    );
  if (of("minimality") && edges > 0 && (1 - quantile) ** random > level / edges)
    lines.push(
      `minimality cannot be refused with ${counted(random)} and ${edges} edges to try: --random ${first((n) => (1 - quantile) ** n <= level / edges)} is the least`,
    );
  const passive = of("equivalence", "independence", "minimality");
  if (passive && prompts < FEW_PROMPTS)
    lines.push(
      `${prompts} prompts are few: that ${passive} passed says little more than that they could not tell. --batches takes more to measure on`,
    );
  return lines.map((line) => `${line}.`);
}

/** How tests are made: what was asked for, and else as `testCircuit` has it. */
export type TestSettings = Pick<TestsMade, "random" | "quantile" | "level"> & {
  /** Edges that minimality tries, at most. */
  readonly mostEdges: number;
};

/** What was not asked for is as `testCircuit` has it. */
export function testSettings(asked: { readonly [Name in keyof TestSettings]?: number | undefined } = {}): TestSettings {
  const { random = 50, quantile = 0.9, mostEdges = 200, level = 0.05 } = asked;
  return { random, quantile, mostEdges, level };
}

/** {@link caveats} of the tests that could be made of a circuit of so many edges, or that none could; and what their texts leave out. */
export function testCaveats(
  { verdicts, prompts }: CircuitTests,
  edges: number,
  { random, quantile, mostEdges, level }: TestSettings = testSettings(),
): string[] {
  const tests = verdicts.filter(({ passed }) => passed !== null).map(({ test }) => test);
  if (tests.length === 0) return ["nothing was tested: none of the tests that were asked for could be made."];
  return [
    ...caveats({ tests, prompts, random, edges: Math.min(edges, mostEdges), quantile, level }),
    ...verdicts.flatMap(unnamedEdges),
  ];
}

/** Where the edges are that a verdict's text leaves out. */
function unnamedEdges({ test, text, notMinimal = [] }: CircuitVerdict): string[] {
  if (notMinimal.every(({ edge }) => text.includes(edge))) return [];
  return [
    `--json writes all ${notMinimal.length} edges that do too little, as \`notMinimal\` of the verdict of ${test}.`,
  ];
}

function counted(random: number): string {
  return random === 1 ? "1 random circuit" : `${random} random circuits`;
}

/** The least count that is enough. */
function first(enough: (count: number) => boolean): number {
  let count = 1;
  while (!enough(count)) count++;
  return count;
}
