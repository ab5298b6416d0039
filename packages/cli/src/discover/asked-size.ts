import { InvalidArgumentError } from "commander";

/** How large a circuit is to be: a number of edges, or a share of all of them. */
export type AskedSize = number | { readonly share: number };

/** A share of all edges as it is typed, `20%`. */
export function shareText(share: number): string {
  return `${Number((100 * share).toPrecision(12))}%`;
}

/** A parser for commander: a whole number, or a percentage above 0, at most 100. */
export function askedSize(text: string): AskedSize {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  if (percent !== undefined && Number(percent) > 0 && Number(percent) <= 100) return { share: Number(percent) / 100 };
  throw new InvalidArgumentError(
    `"${text}" is neither a whole number of edges, such as 20, nor a share of all edges, such as 20%.`,
  );
}
