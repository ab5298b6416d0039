import { expect, it } from "vitest";
import type { CircuitVerdict } from "./circuit-verdicts.ts";
import { passedAll } from "./passed-all.ts";

const verdict = (passed: boolean | null, undecided?: true): CircuitVerdict => ({
  ...{ test: "equivalence", passed, pValue: null, text: "" },
  ...(undecided && { undecided }),
});
const [yes, no, none, unsure] = [verdict(true), verdict(false), verdict(null), verdict(null, true)];

it.each([
  ["all that could be made are passed", [yes, none], true],
  ["one is not", [yes, no, unsure], false],
  ["one cannot tell", [yes, unsure], null],
  ["none could be made", [none], null],
  ["none was asked for", [], null],
] as const)("%s", (_, verdicts, passed) => expect(passedAll({ verdicts: [...verdicts] })).toBe(passed));
