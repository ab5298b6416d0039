import { expect, it } from "vitest";
import { sufficiencyTest } from "./against-random.ts";
import type { CircuitTestName } from "./circuit-verdicts.ts";
import { equivalenceTest } from "./equivalence.ts";
import { testNotes } from "./test-notes.ts";

const tests = ["equivalence", "independence", "minimality", "sufficiency", "partial-necessity"] as const;
interface Made {
  tests: readonly CircuitTestName[];
  promptCount: number;
  random: number;
  size: number;
}

const means = { full: 2, circuit: 1.5, without: 0.5, ablated: 0.1 };
const tested = { score: "logit-diff", size: 100, promptCount: 50, distinct: 50, means, verdicts: [] } as const;

/** Of tests that could be made. */
function caveats({ tests, promptCount, random, size }: Made): string[] {
  const verdicts = tests.map((test) => ({ test, passed: true, pValue: 1, text: "" }));
  return testNotes({ ...tested, verdicts, promptCount, distinct: promptCount, size }, { random });
}

const enough = { tests, promptCount: 50, random: 50, size: 100 };

it("says nothing where prompts and random circuits are enough", () => {
  expect(caveats(enough)).toEqual([]);
});

it("says how many prompts equivalence needs to be refused: the test itself agrees", () => {
  const [line] = caveats({ ...enough, tests: ["equivalence"], promptCount: 4 });
  const least = Number(/(\d+) are needed/.exec(line!)![1]);
  const worse = (n: number) => equivalenceTest(Array(n).fill(1), Array(n).fill(0)).pValue;
  expect(worse(least)).toBeLessThanOrEqual(0.05);
  expect(worse(least - 1)).toBeGreaterThan(0.05);
});

it("says how many random circuits sufficiency needs to be shown: the test itself agrees", () => {
  const [line] = caveats({ ...enough, tests: ["sufficiency"], random: 5 });
  expect(line).toMatch(/^sufficiency cannot be shown with 5 random circuits/);
  const least = Number(/`random: (\d+)`/.exec(line!)![1]);
  const best = (n: number) => sufficiencyTest([1, 1], [1, 1], Array(n).fill([0, 0])).pValue;
  expect(best(least)).toBeLessThanOrEqual(0.05);
  expect(best(least - 1)).toBeGreaterThan(0.05);
});

it("says how many minimality needs to be refused", () => {
  const [line] = caveats({ ...enough, tests: ["minimality"], random: 2, size: 20 });
  expect(line).toMatch(
    /minimality cannot be refused with 2 random circuits and 20 edges to try: `random: 3` is the least/,
  );
});

it("says that nothing was tested", () => {
  const verdicts = [{ test: "equivalence", passed: null, pValue: null, text: "" }] as const;
  expect(testNotes({ ...tested, verdicts })).toEqual([
    "nothing was tested: none of the tests that were asked for could be made.",
  ]);
});

it("says how many prompts are needed where so few left it undecided", () => {
  const verdicts = [{ test: "equivalence", passed: null, undecided: true, pValue: 0.2, text: "" }] as const;
  expect(testNotes({ ...tested, verdicts, promptCount: 4, distinct: 4 })).toEqual([
    expect.stringMatching(/^equivalence cannot be refused with 4 prompts, .*: 7 are needed\.$/),
  ]);
});

it("says how many prompts independence needs, and comparisons of distances", () => {
  expect(caveats({ ...enough, promptCount: 3 })).toEqual([
    expect.stringMatching(
      /^equivalence cannot be refused with 3 prompts, were the circuit worse on each: 7 are needed/,
    ),
    expect.stringMatching(/^independence cannot be refused with 3 prompts, did .*: 4 are needed\.$/),
    expect.stringMatching(/^minimality, sufficiency and partial-necessity cannot tell with 3 prompts, .*: 5 are nee/),
  ]);
  expect(caveats({ ...enough, promptCount: 7 })).toEqual([]);
});

const passed = { test: "equivalence", passed: true, pValue: 1, text: "" } as const;

it("says how many prompts are distinct", () => {
  expect(testNotes({ ...tested, promptCount: 80, verdicts: [passed] })).toEqual([
    "of the 80 prompts 50 are distinct: the tests count each once.",
  ]);
});

it("says where the model does worse than with every edge ablated, and not where both score alike", () => {
  const notes = (ablated: number) => testNotes({ ...tested, means: { ...means, ablated }, verdicts: [passed] });
  expect(notes(3)).toEqual([
    expect.stringMatching(
      /^the model's logit-diff of 2 is below the 3 with every edge ablated: it does not do this task/,
    ),
  ]);
  expect([notes(2), notes(2 + 1e-6), notes(1)]).toEqual([[], [], []]);
});
