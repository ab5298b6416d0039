import { kind } from "@autocircuit/base";

/** Nothing is gained from more: the points of a path lie as near to each other as single precision tells apart what they give. */
const MOST_STEPS = 10_000;

/** Points on a path where nothing else is asked for. */
export const usualSteps = 5;

/** A number of points on a path, each of which is a pass over the prompts. */
export const pathSteps = kind.such(
  `a whole number from 1 to ${MOST_STEPS}, each a pass over the prompts`,
  (value) => kind.count.accepts(value) && (value as number) <= MOST_STEPS,
);
