import { badFile, sayOnce } from "@autocircuit/base";

/** A weight that is expected: under which name, in which shape. */
export interface ExpectedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly optional?: boolean;
}

const LISTED = 5;
const LONGEST = 100;

/** Types of weights; other types are what quantised weights and buffers are stored in. */
const FLOATS = new Set(["F64", "F32", "F16", "BF16"]);

/**
 * Refuses weights that are stored as something else than floats: their numbers mean nothing without their scales.
 *
 * @param types the element type of each weight
 * @throws AutocircuitError `bad-file` naming the first
 */
export function checkFloats(names: Iterable<string>, types: ReadonlyMap<string, string>, where: string): void {
  for (const name of names) {
    const type = types.get(name);
    if (type === undefined || FLOATS.has(type)) continue;
    throw badFile(
      where,
      `stores ${name} as ${type}; weights are read as ${[...FLOATS].join(", ")}. Is the checkpoint quantised? Look for one that is not.`,
    );
  }
}

/** Says once which weights of a checkpoint nothing reads; `transformers` does the same. */
export function noteUnread(names: readonly string[], where: string): void {
  if (names.length > 0)
    sayOnce(`${where}: ${listed("weight", names)} not read: the configuration has no place for them`);
}

/**
 * Compares the weights that are there with those the configuration calls for.
 *
 * @param where file or folder, named in errors
 * @returns what is left over
 * @throws AutocircuitError `bad-file` listing what is missing, and shapes that differ
 */
export function checkWeights(
  expected: readonly ExpectedWeight[],
  actual: ReadonlyMap<string, readonly number[]>,
  where: string,
): string[] {
  const missing = expected.filter(({ name, optional }) => !optional && !actual.has(name)).map(({ name }) => name);
  if (missing.length > 0) throw badFile(where, `lacks ${listed("weight", missing)} that its configuration calls for.`);
  const known = new Set(expected.map(({ name }) => name));
  const misshapen = expected.flatMap(({ name, shape }) => {
    const got = actual.get(name);
    return got && !sameShape(got, shape) ? [`${name} is [${got.join(", ")}] instead of [${shape.join(", ")}]`] : [];
  });
  if (misshapen.length > 0) throw badFile(where, `has ${listed("wrong shape", misshapen)}.`);
  return [...actual.keys()].filter((name) => !known.has(name));
}

/** @throws AutocircuitError `bad-file` for weights that are left over */
export function refuseUnread(names: readonly string[], where: string): void {
  if (names.length > 0)
    throw badFile(where, `holds ${listed("weight", names)} that its configuration has no place for.`);
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

function listed(what: string, items: readonly string[]): string {
  const rest = items.length - LISTED;
  const more = rest > 0 ? ` and ${rest} more` : "";
  return `${items.length} ${what}${items.length === 1 ? "" : "s"} (${items.slice(0, LISTED).map(short).join(", ")}${more})`;
}

/** Files may name their weights as they like. */
function short(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
