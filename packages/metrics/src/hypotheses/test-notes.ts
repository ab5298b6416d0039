import { formatNumber, kind, signature } from "@autocircuit/base";
import { nothingToLose } from "../faithfulness-range.ts";
import type { CircuitTestName } from "./circuit-verdicts.ts";
import { type TestCaveat, type TestCaveatsOptions, testCaveats, testCaveatsOptions } from "./test-caveats.ts";
import type { CircuitTests } from "./test-circuit.ts";

const check = signature(
  "testNotes",
  { tested: kind.having("what testCircuit gives", "verdicts", "distinct", "size", "promptCount", "means", "score") },
  testCaveatsOptions,
);

/**
 * What is to be said beside the verdicts of a circuit's tests, a sentence each: prompts that are there again, a model that does not do the task, and
 * what so few prompts or random circuits cannot show, as {@link testCaveats} finds it.
 *
 * @param options how the tests were made
 * @example
 * const tested = await testCircuit(task.model, task.test, scores.circuit(50), { random: 10 });
 * for (const note of testNotes(tested, { random: 10 })) console.log(note);
 */
export function testNotes(tested: CircuitTests, options: TestCaveatsOptions = {}): string[] {
  check({ tested }, options);
  return [...taskNotes(tested), ...testCaveats(tested, options).map((caveat) => `${caveatText(caveat)}.`)];
}

/** What prompts, and the model's scores of them, leave to be tested. */
function taskNotes({ promptCount, distinct, means: { full, ablated }, score }: CircuitTests): string[] {
  const notes: string[] = [];
  if (distinct < promptCount)
    notes.push(
      `of the ${promptCount} prompts ${distinct} ${distinct === 1 ? "is" : "are"} distinct: the tests count each once.`,
    );
  if (nothingToLose({ full, empty: ablated }) === "not-done")
    notes.push(
      `the model's ${score} of ${formatNumber(full)} is below the ${formatNumber(ablated)} with every edge ablated: it does not do this task, ` +
        "and what is tested is what makes it do worse.",
    );
  return notes;
}

function caveatText({ kind, tests, of, count, least, edgeCount }: TestCaveat): string {
  const shown = listed(tests);
  if (kind === "nothing-tested") return "nothing was tested: none of the tests that were asked for could be made";
  if (of === "prompts")
    return kind === "never-told"
      ? `${shown} cannot tell with ${count} prompts, which do not show that one circuit is nearer than another: ${least} are needed, \`batchCount\` takes more`
      : `${shown} cannot be refused with ${count} prompts, ${WORST[tests[0]!]}: ${least} are needed`;
  const random = count === 1 ? "1 random circuit" : `${count} random circuits`;
  if (kind === "never-shown")
    return `${shown} cannot be shown with ${random}, were all of them beaten: \`random: ${least}\` is the least`;
  return `${shown} cannot be refused with ${random} and ${edgeCount} edges to try: \`random: ${least}\` is the least`;
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
