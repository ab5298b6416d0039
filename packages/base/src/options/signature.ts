import { AutocircuitError } from "../errors.ts";
import { nearNames } from "../near-names.ts";
import { describeValue } from "./describe-value.ts";
import type { Kind } from "./kinds.ts";

/** A kind for every option of a type, so that the compiler asks for those that are new; see {@link signature}. */
export type KindsOf<T> = { readonly [Name in keyof T]-?: Kind };

/** What a function takes, as {@link signature} was told. */
export interface Signature {
  readonly takes: Readonly<Record<string, Kind>>;
  /** Undefined for a function without options. */
  readonly options: Readonly<Record<string, Kind>> | undefined;
}

const known = new Map<string, Signature>();

/** The signatures of all functions that check what they are given, by the function's name; for tests over all of them. */
export function signatures(): ReadonlyMap<string, Signature> {
  return known;
}

/**
 * Makes the check that a public function does first: what callers without types got wrong is an error that names the argument or the
 * option, before anything is done.
 *
 * @param name of the function, for messages
 * @param takes the kinds of its arguments; one that may be left out is `optional`
 * @param options the kinds of its options, if it has any; each may be left out unless it is `required`. An option that is not among
 *   them is an error with near names.
 * @returns the check; it throws AutocircuitError `bad-input`, or `unknown-name` for a name or an option there is not
 *
 * @example
 * const check = signature("circuitSizes", { graph: kind.count }, { share: kind.positive });
 * function circuitSizes(graph: number, options: { share?: number } = {}): number {
 *   check({ graph }, options); // before anything is computed
 *   return Math.ceil(graph * (options.share ?? 0.1));
 * }
 */
export function signature<const Names extends string>(
  name: string,
  takes: Readonly<Record<Names, Kind>>,
  options?: Readonly<Record<string, Kind>>,
): (values: Readonly<Record<Names, unknown>>, given?: unknown) => void {
  known.set(name, { takes, options });
  const argumentRows = Object.entries<Kind>(takes);
  const checkOptions = options && fields(name, options);
  const needed = Object.values(options ?? {}).some(({ required }) => required);

  return (values, given) => {
    for (const [argument, kind] of argumentRows) {
      const value = values[argument as Names];
      if (!kind.accepts(value)) throw wrong(name, argument, kind, value);
    }
    if (given !== undefined || needed) checkOptions?.(given);
  };
}

/**
 * Makes the check of an object with named entries, such as a part of a file that people write: each may be left out unless it is
 * `required`, and one that is not among them is an error with near names.
 *
 * @param name of the object, for messages
 * @returns the check; it throws AutocircuitError `bad-input`, or `unknown-name` for a name or an entry there is not
 */
export function fields(name: string, kinds: Readonly<Record<string, Kind>>): (given: unknown) => void {
  // No prototype: "constructor" is no option.
  const table: Readonly<Record<string, Kind>> = Object.assign(Object.create(null), kinds);
  const needed = Object.keys(table).filter((option) => table[option]!.required);

  return (given) => {
    if (typeof given !== "object" || given === null || Array.isArray(given)) {
      throw new AutocircuitError(
        "bad-input",
        `${name}: \`options\` must be an object such as {${Object.keys(table)[0]}: …}, but it is ${describeValue(given)}.`,
      );
    }
    const all = given as Readonly<Record<string, unknown>>;
    for (const option in all) {
      const value = all[option];
      const kind = table[option];
      if (kind === undefined) throw unknown(name, option, Object.keys(table));
      if (value !== undefined && !kind.accepts(value)) throw wrong(name, option, kind, value);
    }
    for (const option of needed) if (all[option] === undefined) throw wrong(name, option, table[option]!, undefined);
  };
}

function wrong(name: string, option: string, kind: Kind, value: unknown): AutocircuitError {
  const isName = kind.names !== undefined && typeof value === "string";
  return new AutocircuitError(
    isName ? "unknown-name" : "bad-input",
    `${name}: \`${option}\` must be ${kind.what}, but it is ${describeValue(value)}.${isName ? hint(value, kind.names) : ""}`,
  );
}

function unknown(name: string, option: string, options: readonly string[]): AutocircuitError {
  const all = options.length > 0 ? ` There are: ${options.join(", ")}.` : " It has none.";
  const near = hint(option, options) || all;
  return new AutocircuitError("unknown-name", `${name} has no option \`${option.slice(0, 60)}\`.${near}`);
}

function hint(name: string, names: readonly string[]): string {
  const near = nearNames(name.slice(0, 60), names);
  return near.length > 0 ? ` Did you mean ${near.join(" or ")}?` : "";
}
