import { type KindsOf, kind, signature } from "@autocircuit/base";
import { type CircuitTestName, FEW_PROMPTS, usualLevel } from "./circuit-verdicts.ts";
import { type CircuitTests, openShare, usualMostEdges, usualQuantile, usualRandom } from "./test-circuit.ts";

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
   * `never-shown`: so few random circuits cannot show one. `few-prompts`: these tests passed, which says little.
   */
  readonly kind: "nothing-tested" | "never-refused" | "never-shown" | "few-prompts";
  /** Of which tests. */
  readonly tests: readonly CircuitTestName[];
  /** What there is too little of, and how many there are. */
  readonly of: "prompts" | "random";
  readonly count: number;
  /** How many are enough; null where nothing decides that. */
  readonly least: number | null;
  /** Edges that minimality tried, where it is of them. */
  readonly edges: number | null;
}

const check = signature(
  "testCaveats",
  { tested: kind.having("what testCircuit gives", "verdicts", "prompts", "edges") },
  {
    random: kind.count,
    quantile: openShare,
    mostEdges: kind.count,
    level: openShare,
  } satisfies KindsOf<TestCaveatsOptions>,
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
  tested: Pick<CircuitTests, "verdicts" | "prompts" | "edges">,
  options: TestCaveatsOptions = {},
): TestCaveat[] {
  check({ tested }, options);
  const { prompts, verdicts } = tested;
  const { random = usualRandom, quantile = usualQuantile, mostEdges = usualMostEdges, level = usualLevel } = options;
  const made = verdicts.filter(({ passed, undecided }) => passed !== null || undecided).map(({ test }) => test);
  if (made.length === 0)
    return [{ kind: "nothing-tested", tests: [], of: "prompts", count: prompts, least: null, edges: null }];
  const of = (...names: CircuitTestName[]) => names.filter((name) => made.includes(name));
  const edges = Math.min(tested.edges, mostEdges);
  const found: TestCaveat[] = [
    // Even where every prompt goes the same way; see `equivalenceTest`, whose epsilon is 0.1.
    {
      ...{ kind: "never-refused", tests: of("equivalence"), of: "prompts", count: prompts, edges: null },
      least: first(0.6, level, (n) => 0.6 ** n + 0.4 ** n <= level),
    },
    {
      ...{
        kind: "never-shown",
        tests: of("sufficiency", "partial-necessity"),
        of: "random",
        count: random,
        edges: null,
      },
      least: first(quantile, level),
    },
    {
      ...{ kind: "never-refused", tests: edges > 0 ? of("minimality") : [], of: "random", count: random, edges },
      least: first(1 - quantile, level / Math.max(1, edges)),
    },
  ];
  // Equivalence passes with few prompts only where they show it.
  const passed = of("independence", "minimality").filter((name) =>
    verdicts.some(({ test, passed }) => test === name && passed),
  );
  const few: TestCaveat = {
    ...{ kind: "few-prompts", tests: passed, of: "prompts", count: prompts },
    ...{ least: null, edges: null },
  };
  return [...found.filter(({ count, least }) => count < least!), ...(prompts < FEW_PROMPTS ? [few] : [])].filter(
    ({ tests }) => tests.length > 0,
  );
}

/** The least count that is enough: by default that makes a power of the base no more than a level. Near what the logarithms say. */
function first(base: number, level: number, enough = (count: number) => base ** count <= level): number {
  let count = Math.max(1, Math.floor(Math.log(level) / Math.log(base)) - 1);
  while (!enough(count)) count++;
  return count;
}
