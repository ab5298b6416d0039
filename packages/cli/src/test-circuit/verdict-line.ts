import type { CircuitVerdict } from "@autocircuit/metrics";

/** A test, how it went, and why, in one line. */
export function verdictLine({ test, passed, undecided, text }: CircuitVerdict): string {
  const word = { true: "passed", false: "not passed", null: undecided ? "cannot tell" : "not tested" }[`${passed}`];
  return `${word.padEnd(11)} ${test}: ${text}`;
}
