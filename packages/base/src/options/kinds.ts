/** What a value may be. */
export interface Kind {
  /** In words, after "must be": `a list of numbers above 0`. */
  readonly what: string;
  readonly accepts: (value: unknown) => boolean;
  /** The names there are, of a value that is one of some names. */
  readonly names?: readonly string[];
  /** Whether an option cannot be left out. */
  readonly required?: boolean;
}

const kindOf = (what: string, accepts: (value: unknown) => boolean): Kind => ({ what, accepts });

const number = (what: string, holds: (value: number) => boolean): Kind =>
  kindOf(what, (value) => typeof value === "number" && holds(value));

/** True or false. */
export const flag = kindOf("true or false", (value) => value === true || value === false);

/** Any text. */
export const text = kindOf("a text", (value) => typeof value === "string");

/** Any function. */
export const callback = kindOf("a function", (value) => typeof value === "function");

/** An object with named entries: no list, no function, not null. */
export const record = kindOf(
  "an object",
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
);

/** Whatever there is. */
export const anything = kindOf("anything", () => true);

/** A number that is neither NaN nor infinite. */
export const finite = number("a finite number", Number.isFinite);

/** A finite number above 0. */
export const positive = number("a finite number above 0", (value) => value > 0 && value < Number.POSITIVE_INFINITY);

/** A number above 0, at most 1. */
export const share = number("a number above 0, at most 1", (value) => value > 0 && value <= 1);

/** A whole number, negative ones too. */
export const integer = number("a whole number", Number.isSafeInteger);

/** A whole number of at least 0. */
export const whole = number("a whole number of at least 0", (value) => Number.isSafeInteger(value) && value >= 0);

/** A whole number of at least 1. */
export const count = number("a whole number of at least 1", (value) => Number.isSafeInteger(value) && value >= 1);

/** What an AbortController's `signal` is. */
export const signal = kindOf("an AbortSignal", (value) => value instanceof AbortSignal);

/** One of some names; another one is answered with those that come near. */
export function oneOf(names: readonly string[]): Kind {
  const known: ReadonlySet<unknown> = new Set(names);
  return { what: `one of ${names.join(", ")}`, accepts: (value) => known.has(value), names };
}

/** A list whose entries are all of one kind. */
export function listOf(entry: Kind): Kind {
  const accepts = (value: unknown) => {
    if (!Array.isArray(value)) return false;
    // Not `every`, which passes over holes.
    for (let index = 0; index < value.length; index++) if (!entry.accepts(value[index])) return false;
    return true;
  };
  return kindOf(`a list, each entry ${entry.what}`, accepts);
}

/** Anything that `for ... of` goes through, but no text. */
export const iterable = kindOf(
  "a list or another iterable",
  (value) => typeof value === "object" && value !== null && typeof memberOf(value, Symbol.iterator) === "function",
);

/** What an object has under a name; undefined also where asking fails. */
function memberOf(value: object, member: string | symbol): unknown {
  try {
    return (value as Record<string | symbol, unknown>)[member];
  } catch {
    return undefined;
  }
}

/** An object whose entries are of these kinds, such as one that a file holds; other entries are not looked at. */
export function shape(what: string, kinds: Readonly<Record<string, Kind>>): Kind {
  const rows = Object.entries(kinds);
  return kindOf(
    what,
    (value) => record.accepts(value) && rows.every(([name, kind]) => kind.accepts((value as Members)[name])),
  );
}

type Members = Readonly<Record<string, unknown>>;

/** Any number, also NaN and infinite ones. */
export const numeric = number("a number", () => true);

/** An object made by a class. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the class takes
export function instance(Class: abstract new (...parameters: any) => unknown, what: string): Kind {
  return kindOf(what, (value) => value instanceof Class);
}

/** An object that has all of some members, whichever class made it. */
export function having(what: string, ...members: readonly string[]): Kind {
  const accepts = (value: unknown) =>
    typeof value === "object" && value !== null && members.every((member) => memberOf(value, member) !== undefined);
  return kindOf(what, accepts);
}

/** One of several kinds. */
export function either(...kinds: readonly Kind[]): Kind {
  return kindOf(kinds.map(({ what }) => what).join(", or "), (value) => kinds.some((kind) => kind.accepts(value)));
}

/** A kind, or null. */
export function orNull(kind: Kind): Kind {
  return either(
    kind,
    kindOf("null", (value) => value === null),
  );
}

/** An argument that may be left out. */
export function optional(kind: Kind): Kind {
  return { ...kind, accepts: (value) => value === undefined || kind.accepts(value) };
}

/** An option that cannot be left out. */
export function required(kind: Kind): Kind {
  return { ...kind, required: true };
}

/** A kind with a condition that its words already name. */
export function such(what: string, accepts: (value: unknown) => boolean): Kind {
  return kindOf(what, accepts);
}
