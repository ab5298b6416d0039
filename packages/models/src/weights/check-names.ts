import { badFile } from "../bad-file.ts";

/** A weight that is expected: under which name, in which shape. */
export interface ExpectedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly optional?: boolean;
}

const LISTED = 5;

/**
 * Compares the weights that are there with those the configuration calls for.
 *
 * @param where file or folder, named in errors
 * @throws AutocircuitError `bad-file` listing what is missing, what is left over, and shapes that differ
 */
export function checkWeights(
  expected: readonly ExpectedWeight[],
  actual: ReadonlyMap<string, readonly number[]>,
  where: string,
): void {
  const missing = expected.filter(({ name, optional }) => !optional && !actual.has(name)).map(({ name }) => name);
  if (missing.length > 0) throw badFile(where, `lacks ${listed("weight", missing)} that its configuration calls for.`);
  const known = new Set(expected.map(({ name }) => name));
  const extra = [...actual.keys()].filter((name) => !known.has(name));
  if (extra.length > 0) {
    throw badFile(where, `holds ${listed("weight", extra)} that its configuration has no place for.`);
  }
  const misshapen = expected.flatMap(({ name, shape }) => {
    const got = actual.get(name);
    return got && !sameShape(got, shape) ? [`${name} is [${got.join(", ")}] instead of [${shape.join(", ")}]`] : [];
  });
  if (misshapen.length > 0) throw badFile(where, `has ${listed("wrong shape", misshapen)}.`);
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

function listed(what: string, items: readonly string[]): string {
  const rest = items.length - LISTED;
  const more = rest > 0 ? ` and ${rest} more` : "";
  return `${items.length} ${what}${items.length === 1 ? "" : "s"} (${items.slice(0, LISTED).join(", ")}${more})`;
}
