/** A value in a few words, for messages; never fails, whatever the value is. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case "undefined":
      return "left out";
    case "string":
      return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 39)}…` : value)}`;
    case "number":
    case "boolean":
      return `${value}`;
    case "bigint":
      return `the BigInt ${String(value).slice(0, 20)}n`;
    case "symbol":
      return "a symbol";
    case "function":
      return "a function";
    default:
      return describeObject(value as object | null);
  }
}

function describeObject(value: object | null): string {
  if (value === null) return "null";
  try {
    if (Array.isArray(value)) return describeList(value);
    const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
    if (typeof name !== "string" || name === "" || name === "Object") return "an object";
    return `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name.slice(0, 40)}`;
  } catch {
    return "an object";
  }
}

/** A short list of numbers and such in full; of others how long they are. */
function describeList(list: readonly unknown[]): string {
  const plain = list.length <= 8 && list.every((entry) => entry === null || typeof entry !== "object");
  return plain ? `the list [${Array.from(list, inList).join(", ")}]` : `a list of ${list.length}`;
}

function inList(entry: unknown): string {
  if (entry === undefined) return "undefined";
  return typeof entry === "string" ? JSON.stringify(entry.slice(0, 20)) : describeValue(entry);
}
