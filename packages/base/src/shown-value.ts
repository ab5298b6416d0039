/** Characters of a value that a message shows. */
const LONGEST = 100;
/** Entries of a list or an object that a message may show. */
const MOST_ENTRIES = 16;

/**
 * A value that was read from a file, as messages show it: as JSON where that is short, else what it is and how long. Numbers that have lost
 * digits are rounded.
 */
export function shownValue(value: unknown): string {
  if (typeof value === "number") return shownNumber(value);
  if (typeof value === "string" && value.length > LONGEST)
    return `${JSON.stringify(`${value.slice(0, LONGEST - 1)}…`)} (${count(value.length)} characters)`;
  if (typeof value !== "object" || value === null) return String(JSON.stringify(value));
  const list = ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>) : value;
  const entries = Object.values(list);
  const text = entries.length > MOST_ENTRIES ? undefined : JSON.stringify(list);
  if (text !== undefined && text.length <= LONGEST) return text;
  if (!Array.isArray(list)) return `an object of ${count(entries.length)} entries`;
  return `a list of ${count(entries.length)} ${kindOf(entries)}`;
}

function shownNumber(value: number): string {
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? `about ${value.toExponential(2)}` : String(value);
}

function kindOf(entries: readonly unknown[]): string {
  if (entries.every((entry) => typeof entry === "number")) return "numbers";
  return entries.every((entry) => typeof entry === "string") ? "texts" : "entries";
}

function count(number: number): string {
  return number.toLocaleString("en-US");
}
