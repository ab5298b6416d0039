import { RaspError } from "../rasp-error.ts";
import { isValue, type Value } from "../values/value.ts";

/**
 * Calls a function that somebody wrote, on the values of an expression.
 *
 * @param label the expression, named in errors
 * @returns what it gives: a value, or null for undefined; NaN and infinities are left to the caller
 * @throws RaspError naming the expression and the arguments, when the function throws or gives something that is no value
 */
export function callFunction<A extends readonly Value[]>(
  label: string,
  f: (...args: A) => Value | null,
  ...args: A
): Value | null {
  const given: unknown = guarded(label, "function", () => f(...args), args);
  if (given === null || isValue(given)) return given;
  throw new RaspError(
    "unsupported",
    `${label}: its function gives ${shown(given)} for ${shownAll(args)}; return a number, a boolean, a string or a list of them, ` +
      "or null where it has no value",
    label,
  );
}

/**
 * Asks the predicate of a selector.
 *
 * @throws RaspError naming the selector, when the predicate throws or gives neither true nor false
 */
export function callPredicate(
  label: string,
  predicate: (key: Value, query: Value) => boolean,
  key: Value,
  query: Value,
): boolean {
  return guarded(label, "predicate", () => predicate(key, query), [key, query]);
}

/** What a predicate gave, as a boolean; numbers count as they do in Python. @throws RaspError for anything else */
export function asBoolean(given: unknown, key: Value, query: Value): boolean {
  if (typeof given === "boolean" || typeof given === "number") return Boolean(given);
  throw new RaspError(
    "unsupported",
    `its predicate gives ${shown(given)} for ${shownAll([key, query])}; return true or false`,
  );
}

function guarded<T>(label: string, what: string, call: () => T, args: readonly Value[]): T {
  try {
    return call();
  } catch (cause) {
    if (cause instanceof RaspError && cause.expression !== null) throw cause;
    const reason =
      cause instanceof RaspError ? cause.message : `its ${what} failed for ${shownAll(args)}: ${said(cause)}`;
    throw new RaspError("unsupported", `${label}: ${reason}`, label, { cause });
  }
}

function shownAll(args: readonly Value[]): string {
  return args.map((arg) => JSON.stringify(arg)).join(" and ");
}

/** Anything at all in a few words; what cannot be written as JSON by its type. */
function shown(value: unknown): string {
  if (value === undefined || typeof value === "function" || typeof value === "symbol" || typeof value === "bigint")
    return typeof value === "undefined" ? "nothing (undefined)" : `a ${typeof value}`;
  try {
    return JSON.stringify(value).slice(0, 80);
  } catch {
    return `a ${typeof value}`;
  }
}

function said(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}

/** @throws RaspError `bad-input` for what is no function */
export function requireFunction(f: unknown, where: string): void {
  if (typeof f === "function") return;
  throw new RaspError("bad-input", `${where}: it needs a function, not ${kindOf(f)}`);
}

/** @throws RaspError `bad-input` for what a sequence cannot hold */
export function requireValue(value: unknown, where: string): void {
  if (isValue(value)) return;
  throw new RaspError("bad-input", `${where}: ${kindOf(value)} is no value; give a number, a text, true or false`);
}

/** What a value is, in a few words; never fails. */
export function kindOf(value: unknown): string {
  if (value === undefined) return "nothing (undefined)";
  if (value === null) return "null";
  if (typeof value === "object") return Array.isArray(value) ? "a list" : "an object";
  return typeof value === "string"
    ? JSON.stringify(value)
    : typeof value === "number"
      ? String(value)
      : `a ${typeof value}`;
}
