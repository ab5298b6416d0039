import type { Recorder } from "../recorder.ts";

/** Adam divides by tiny gradients, which magnifies float32 noise. */
export const OF_MAX = 2e-2;

/**
 * Compares what was minimised step by step: the first step strictly, what comes after steps of Adam widely, and not at all where training
 * magnifies rounding without bound. `percent`: they are quotients, whose denominators may have hardly a digit left in half precision.
 */
export function checkHistory(
  name: string,
  ours: readonly number[],
  expected: readonly number[],
  illConditioned: boolean,
  recorder: Recorder,
  { percent = false } = {},
): void {
  recorder.equal(`${name}/steps`, ours.length, expected.length);
  const compared = (values: readonly number[]) => ({ shape: [values.length], data: values });
  recorder[percent ? "decidedScalar" : "scalar"](`${name}/0`, ours[0]!, expected[0]!);
  if (!illConditioned) recorder.decided(name, compared(ours), compared(expected), { ofMax: OF_MAX });
}
