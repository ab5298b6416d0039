/** A value as indented JSON; non-finite numbers become the strings "Infinity", "-Infinity" and "NaN". */
export function readableJson(value: unknown): string {
  return `${JSON.stringify(value, readable, 2)}\n`;
}

/** The same on one line. */
export function oneLineJson(value: unknown): string {
  return JSON.stringify(value, readable);
}

function readable(_key: string, item: unknown): unknown {
  return typeof item === "number" && !Number.isFinite(item) ? String(item) : item;
}
