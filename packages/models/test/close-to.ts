import type { HostArray, Tensor } from "@autocircuit/native";
import { expect } from "vitest";

/** Numbers of a tensor on the host. */
export async function numbers(tensor: Tensor): Promise<number[]> {
  return Array.from(await tensor.data(), Number);
}

/** Fails unless every value is within `relative` of the largest expected one. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: HostArray | number[],
  relative: number,
  what = "",
): void {
  expect(actual.length, what).toBe(expected.length);
  let largest = 0;
  let worst = 0;
  let at = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(Number(expected[i])));
    const off = Math.abs(actual[i]! - Number(expected[i]));
    // A NaN is never close: the comparison is written so that it is taken.
    if (!(off <= worst)) [worst, at] = [off, i];
  }
  const allowed = relative * largest;
  if (!(worst <= allowed)) {
    expect.fail(`${what}[${at}] is ${actual[at]} instead of ${expected[at]}: off by ${worst}, allowed are ${allowed}.`);
  }
}
