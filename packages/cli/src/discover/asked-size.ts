import { InvalidArgumentError } from "commander";
import { UsageError } from "../support/usage-error.ts";

/** How large a circuit is to be: a number of edges, or a share of all edges as it was typed, `20%`. */
export type AskedSize = number | `${number}%`;

/** A parser for commander: a whole number, or a percentage above 0, at most 100. */
export function askedSize(text: string): AskedSize {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  if (percent !== undefined && Number(percent) > 0 && Number(percent) <= 100) return `${Number(percent)}%`;
  throw new InvalidArgumentError(
    `"${text}" is neither a whole number of edges, such as 20, nor a share of all edges, such as 20%.`,
  );
}

/**
 * The number of edges, rounded down, that a size stands for in a graph of so many.
 *
 * @throws UsageError for a share that is less than an edge
 */
export function edgesAsked(size: AskedSize, edgeCount: number): number {
  if (typeof size === "number") return size;
  const edges = Math.floor((Number(size.slice(0, -1)) * edgeCount) / 100);
  if (edges >= 1) return edges;
  throw new UsageError(`--size ${size} of the graph's ${edgeCount} edges is less than one: give a larger share.`);
}
