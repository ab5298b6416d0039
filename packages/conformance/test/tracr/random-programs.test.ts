import { apply, type CompileMode, compile, dynamicIssues, evaluate } from "@autocircuit/tracr";
import fc from "fast-check";
import { expect, test } from "vitest";
import { closeValues } from "../../src/tracr/compare.ts";
import { buildRandomProgram } from "../../src/tracr/random-program.ts";
import { allInputs, type RandomProgram, randomPrograms } from "./random-programs.ts";

const inputs = allInputs(4);

/** Compares model and evaluator on every input of up to four tokens that has a value; gives the number of compared inputs. */
function compareOnAllInputs({ nodes, causal }: RandomProgram, mode: CompileMode): number {
  const program = buildRandomProgram(nodes, nodes.length - 1);
  const model = compile(program, { vocab: [0, 1, 2], maxSeqLen: 4, causal, mode });
  // Inputs on which a categorical aggregate would have to mix values are outside of what any such model computes.
  const valid = inputs.filter((input) => dynamicIssues(program, input, { causal }).length === 0);
  for (const input of valid) {
    const expected = evaluate(program, input, { causal });
    const decoded = apply(model, input);
    const wrong = expected.findIndex((value, p) => value !== null && !closeValues(value, decoded[p]!, 1e-6));
    if (wrong >= 0) {
      throw new Error(`on ${input.join(" ")}: ${JSON.stringify(decoded)} instead of ${JSON.stringify(expected)}`);
    }
  }
  return valid.length;
}

test("400 random programs of up to 8 expressions: corrected models compute what the evaluator does", {
  timeout: 180_000,
}, () => {
  let compared = 0;
  let programs = 0;
  const property = fc.property(randomPrograms(8), (program) => {
    programs++;
    compared += compareOnAllInputs(program, "corrected");
  });
  fc.assert(property, { numRuns: 400, seed: 20260101 });
  expect(programs).toBe(400);
  // Most inputs of most programs are valid, so the comparison is not empty.
  expect(compared).toBeGreaterThan(0.5 * programs * inputs.length);
});

test("the same property finds, and shrinks, a program that tracr's own construction gets wrong", {
  timeout: 180_000,
}, () => {
  const property = fc.property(randomPrograms(8), (program) => void compareOnAllInputs(program, "compatible"));
  const result = fc.check(property, { numRuns: 400, seed: 1 });
  expect(result.failed).toBe(true);
  expect(result.counterexample![0].nodes.length).toBeLessThanOrEqual(6);
});
