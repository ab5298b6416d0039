import { kind, signature } from "@autocircuit/base";
import type { CircuitTests } from "./test-circuit.ts";

const check = signature("passedAll", { tested: kind.having("what testCircuit gives", "verdicts") });

/**
 * Whether every test that could be made is passed, which is what `autocircuit test` says by its exit code; null where none could, or one that does
 * not refuse the circuit cannot tell either.
 *
 * @example
 * passedAll(await testCircuit(task.model, task.test, circuit, { tests: ["equivalence"] }));
 */
export function passedAll(tested: Pick<CircuitTests, "verdicts">): boolean | null {
  check({ tested });
  const made = tested.verdicts.filter(({ passed, undecided }) => passed !== null || undecided);
  if (made.some(({ passed }) => passed === false)) return false;
  return made.length === 0 || made.some(({ undecided }) => undecided) ? null : true;
}
