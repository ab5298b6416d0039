import { kind, sayOnce, signature } from "@autocircuit/base";

/** What is run together, in a loop that begins again with less where memory ends. */
export interface Together {
  /** How many are run together now. */
  readonly count: () => number;
  /** Has fewer run together from now on. */
  readonly lower: (count: number) => void;
  /** What they are, such as `prompts`, and which option sets how many from the start. */
  readonly what: string;
  readonly option: string;
}

const check = signature("halvedWhereMemoryEnds", {
  together: kind.having("{ count, lower, what, option }", "count", "lower", "what", "option"),
  work: kind.callback,
});

/**
 * Does work on some at once; where memory ends, again with half as many, until it is done. A line on standard error says so.
 *
 * @param work must have no effect before it is done, and wait for what it computes
 * @throws AutocircuitError `out-of-memory` when not even one fits; whatever else `work` throws
 */
export async function halvedWhereMemoryEnds<T>(together: Together, work: (some: number) => Promise<T>): Promise<T> {
  check({ together, work });
  const { count, lower, what, option } = together;
  for (;;) {
    const some = count();
    try {
      return await work(some);
    } catch (error) {
      if (!isOutOfMemory(error) || some <= 1) throw error;
      const half = Math.floor(some / 2);
      lower(half);
      sayOnce(`memory ended with ${some} ${what} at once; going on with ${half} (${option})`);
    }
  }
}

/** Whether memory ended. */
export function isOutOfMemory(error: unknown): boolean {
  return (error as { code?: unknown }).code === "out-of-memory";
}
