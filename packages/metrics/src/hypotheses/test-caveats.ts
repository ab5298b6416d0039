import { type KindsOf, kind, signature } from "@autocircuit/base";
import type { CircuitTestName } from "./circuit-verdicts.ts";
import { leastCount, leastOfBeaten, leastOfComparison, leastOfPermutations, leastOfSigns } from "./least-counts.ts";
import { type CircuitTests, openShare, usualTestSettings } from "./test-circuit.ts";

/** How tests were made, as `testCircuit` was told; what is left out is as it has it. */
export interface TestCaveatsOptions {
  readonly random?: number | undefined;
  readonly quantile?: number | undefined;
  readonly mostEdges?: number | undefined;
  readonly level?: number | undefined;
}

/** Something that tests could not show, whatever the circuit. */
export interface TestCaveat {
  /**
   * `nothing-tested`: none of the tests could be made. `never-refused`: so few prompts, or random circuits, cannot refuse a circuit.
   * `never-shown`: so few random circuits cannot show one. `never-told`: so few prompts cannot tell which of two circuits is nearer.
   */
  readonly kind: "nothing-tested" | "never-refused" | "never-shown" | "never-told";
  /** Of which tests. */
  readonly tests: readonly CircuitTestName[];
  /** What there is too little of, and how many there are. */
  readonly of: "prompts" | "random";
  readonly count: number;
  /** How many are enough; null where nothing decides that. */
  readonly least: number | null;
  /** Edges that minimality tried, where it is of them. */
  readonly edgeCount: number | null;
}

/** What {@link TestCaveatsOptions} may be. */
export const testCaveatsOptions: KindsOf<TestCaveatsOptions> = {
  random: kind.count,
  quantile: openShare,
  mostEdges: kind.count,
  level: openShare,
};

const check = signature(
  "testCaveats",
  { tested: kind.having("what testCircuit gives", "verdicts", "distinct", "size") },
  testCaveatsOptions,
);

/**
 * What the tests of a circuit cannot show with so few prompts and random circuits; none where both are enough.
 *
 * @example
 * const tested = await testCircuit(task.model, task.test, scores.circuit(50), { random: 10 });
 * for (const { kind, tests, of, least } of testCaveats(tested, { random: 10 }))
 *   console.log(`${tests.join(", ")}: ${kind}; ${least} ${of} are needed`);
 */
export function testCaveats(
  tested: Pick<CircuitTests, "verdicts" | "distinct" | "size">,
  options: TestCaveatsOptions = {},
): TestCaveat[] {
  check({ tested }, options);
  const { distinct: promptCount, verdicts } = tested;
  const usual = usualTestSettings;
  const {
    random = usual.random,
    quantile = usual.quantile,
    mostEdges = usual.mostEdges,
    level = usual.level,
  } = options;
  const made = verdicts.filter(({ passed, undecided }) => passed !== null || undecided).map(({ test }) => test);
  if (made.length === 0)
    return [{ kind: "nothing-tested", tests: [], of: "prompts", count: promptCount, least: null, edgeCount: null }];
  const of = (...names: CircuitTestName[]) => names.filter((name) => made.includes(name));
  const edgeCount = Math.min(tested.size, mostEdges);
  const found: TestCaveat[] = [
    // Even where every prompt goes the same way; see `equivalenceTest`, whose epsilon is 0.1.
    {
      ...{ kind: "never-refused", tests: of("equivalence"), of: "prompts", count: promptCount, edgeCount: null },
      least: leastCount(level, (count) => leastOfSigns(count, 0.1)),
    },
    {
      ...{ kind: "never-refused", tests: of("independence"), of: "prompts", count: promptCount, edgeCount: null },
      least: leastCount(level, leastOfPermutations),
    },
    {
      ...{ kind: "never-told", tests: of(...compared), of: "prompts", count: promptCount, edgeCount: null },
      least: leastCount(level, leastOfComparison),
    },
    {
      ...{ kind: "never-shown", tests: of("sufficiency", "partial-necessity"), of: "random" },
      ...{ count: random, edgeCount: null },
      least: leastCount(level, (count) => leastOfBeaten(count, quantile)),
    },
    {
      ...{
        kind: "never-refused",
        tests: edgeCount > 0 ? of("minimality") : [],
        of: "random",
        count: random,
        edgeCount,
      },
      least: leastCount(level / Math.max(1, edgeCount), (count) => leastOfBeaten(count, 1 - quantile)),
    },
  ];
  return found.filter(({ tests, count, least }) => tests.length > 0 && count < least!);
}

/** The tests that compare distances between the scores of circuits. */
const compared = ["minimality", "sufficiency", "partial-necessity"] as const;
