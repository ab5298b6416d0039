import { suggest } from "@autocircuit/base";
import type { TrainTest } from "@autocircuit/core";
import { InvalidArgumentError } from "commander";

/** A parser for commander: a whole number of at least `min`. */
export function wholeNumber(min = 0): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= min) return value;
    throw new InvalidArgumentError(`"${text}" is not a whole number of at least ${min}.`);
  };
}

/** A parser for commander: a number above zero. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError(`"${text}" is not a number above zero.`);
}

/** A parser for commander: a number above 0, at most 1. */
export function fraction(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && value <= 1) return value;
  throw new InvalidArgumentError(`"${text}" is not a fraction: give a number above 0, at most 1, such as 0.99.`);
}

/** A parser for commander: so many resamples at least, or 0 for none. */
export function resamples(fewest: number): (text: string) => number {
  return (text) => {
    const value = wholeNumber()(text);
    if (value === 0 || value >= fewest) return value;
    throw new InvalidArgumentError(`${text} resamples say too little: give at least ${fewest}, or 0 for none.`);
  };
}

/** A parser for commander: comma-separated values, each read by `parse`. */
export function listOf<T>(parse: (text: string) => T): (text: string) => T[] {
  return (text) => text.split(",").map((part) => parse(part.trim()));
}

/** A parser for commander: whole numbers of at least 1 for the prompts to discover with and those to measure on, or one for both. */
export function trainAndTest(text: string): TrainTest {
  const [train, test = train, ...more] = listOf(wholeNumber(1))(text);
  if (more.length === 0) return { train: train!, test: test! };
  throw new InvalidArgumentError(`"${text}" is more than two numbers: one is to discover with, one to measure on.`);
}

/**
 * A parser for commander: one of `names`; another name is answered with near ones.
 *
 * @param own the name that is meant, where one may have others
 */
export function oneOf<T extends string>(names: readonly T[], own = (text: string) => text): (text: string) => T {
  return (text) => {
    const name = own(text);
    if ((names as readonly string[]).includes(name)) return name as T;
    throw new InvalidArgumentError(`There is no "${text}". ${suggest(text, names)}`);
  };
}

/** A parser for commander: a number between 0 and 1, neither included. */
export function shareBetween(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && value < 1) return value;
  throw new InvalidArgumentError(`"${text}" is not a number between 0 and 1.`);
}
