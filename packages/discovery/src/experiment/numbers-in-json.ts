/** Numbers that JSON has no word for, which `JSON.stringify` would turn into null. */
const WORDS: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

/** Plain data with `{ "number": "NaN" }` and such in place of numbers that are not finite. */
export function writeNumbers(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : { number: String(value) };
  return mapped(value, writeNumbers);
}

/** The data that {@link writeNumbers} was given. */
export function readNumbers(value: unknown): unknown {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const [first] = entries;
  if (entries.length === 1 && first![0] === "number") {
    const number = WORDS.get(first![1] as string);
    if (number !== undefined) return number;
  }
  return mapped(value, readNumbers);
}

function mapped(value: unknown, change: (entry: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(change);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, change(entry)]));
}
